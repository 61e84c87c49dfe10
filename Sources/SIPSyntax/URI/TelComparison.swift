/// Equality of tel URIs (RFC 3966 §4).
enum TelComparison {
    static func areEqual(_ a: ByteView, _ la: URILayout, _ b: ByteView, _ lb: URILayout) -> Bool {
        guard numbersAreEqual(a[la.user], b[lb.user]) else { return false }
        let first = la.parameters(in: a) ?? .empty
        let second = lb.parameters(in: b) ?? .empty
        if first.equals(second) { return true }
        let limit = URIComparison.pairwiseLimit
        guard URIComparison.count(first, ";") <= limit, URIComparison.count(second, ";") <= limit else { return false }
        return everyParameter(of: first, isIn: second) && everyParameter(of: second, isIn: first)
    }

    /// The digits without visual separators; a leading `+` is a digit here, so that global and local numbers differ.
    static func numbersAreEqual(_ first: ByteView, _ second: ByteView) -> Bool {
        var first = TelDigits(first)
        var second = TelDigits(second)
        while true {
            let digit = first.next()
            guard digit == second.next() else { return false }
            if digit == nil { return true }
        }
    }

    /// A parameter that only one URI has makes them differ.
    private static func everyParameter(of first: ByteView, isIn second: ByteView) -> Bool {
        for parameter in URIParameters(parameters: first) {
            let name = first[parameter.name]
            switch (ParameterSearch(name, inURIParameters: second), first[ifPresent: parameter.value]) {
            case (.flag, nil): break
            case (.value(let other), let value?):
                guard
                    isNumber(name, value)
                        ? numbersAreEqual(value, other) : EscapedText.areEqualIgnoringCase(value, other)
                else { return false }
            default: return false
            }
        }
        return true
    }

    /// `ext` is made of digits, and so is a `phone-context` that begins with `+`.
    private static func isNumber(_ name: ByteView, _ value: ByteView) -> Bool {
        if name.equalsIgnoringCase("ext") { return true }
        return name.equalsIgnoringCase("phone-context") && !value.isEmpty && value[0] == UInt8(ascii: "+")
    }
}

/// The digits of a telephone number in small letters, without its visual separators.
struct TelDigits {
    private let text: ByteView
    private var position = 0

    init(_ text: ByteView) { self.text = text }

    mutating func next() -> UInt8? {
        while position < text.count {
            let byte = text[position]
            position &+= 1
            if !ByteSet.visualSeparator.contains(byte) { return ASCII.lowercased(byte) }
        }
        return nil
    }
}
