/// Reads text with `%HH` escapes (RFC 3261 §19.1.2) byte by byte, and compares such texts without copying them.
struct EscapedText {
    private let text: ByteView
    private var position = 0

    init(_ text: ByteView) { self.text = text }

    /// The next byte, unescaped, with `isReserved` set for an escaped byte of the reserved set: such a byte differs from
    /// the same byte unescaped (§19.1.4).
    struct Unit: Equatable {
        var byte: UInt8
        var isReserved: Bool
    }

    mutating func next() -> Unit? {
        guard position < text.count else { return nil }
        let byte = text[position]
        if byte == UInt8(ascii: "%"), let escaped = EscapedText.escapedByte(in: text, at: position) {
            position &+= 3
            return Unit(byte: escaped, isReserved: ByteSet.reserved.contains(escaped))
        }
        position &+= 1
        return Unit(byte: byte, isReserved: false)
    }

    /// The byte that the escape at `position` stands for; nil when the `%` begins no escape.
    static func escapedByte(in text: ByteView, at position: Int) -> UInt8? {
        guard position &+ 2 < text.count, let high = ASCII.hexValue(text[position &+ 1]),
            let low = ASCII.hexValue(text[position &+ 2])
        else { return nil }
        return high << 4 | low
    }

    /// Equality by §19.1.4 where case matters, as in a user.
    static func areEqual(_ first: ByteView, _ second: ByteView) -> Bool {
        if first.equals(second) { return true }
        var first = EscapedText(first)
        var second = EscapedText(second)
        while true {
            let unit = first.next()
            guard unit == second.next() else { return false }
            if unit == nil { return true }
        }
    }

    /// Equality by §19.1.4 where the case of letters does not matter, as in a parameter.
    static func areEqualIgnoringCase(_ first: ByteView, _ second: ByteView) -> Bool {
        if first.count == second.count, first.equalsIgnoringCase(second) { return true }
        // Without an escape the plain comparison has said it all.
        let escape = UInt8(ascii: "%")
        guard first.contains(escape) || second.contains(escape) else { return false }
        return areEqualUnescapedIgnoringCase(first, second)
    }

    private static func areEqualUnescapedIgnoringCase(_ first: ByteView, _ second: ByteView) -> Bool {
        var first = EscapedText(first)
        var second = EscapedText(second)
        while true {
            let unit = first.next()?.lowercased
            guard unit == second.next()?.lowercased else { return false }
            if unit == nil { return true }
        }
    }

    /// Equality where the case of letters matters between `"` only (RFC 3261 §7.3.1).
    static func areEqualIgnoringCaseOutsideQuotes(_ first: ByteView, _ second: ByteView) -> Bool {
        var first = EscapedText(first)
        var second = EscapedText(second)
        var isInQuotes = false
        while true {
            let unit = first.next()
            let other = second.next()
            guard isInQuotes ? unit == other : unit?.lowercased == other?.lowercased else { return false }
            guard let unit else { return true }
            if unit.byte == UInt8(ascii: "\"") { isInQuotes.toggle() }
        }
    }

    /// The text with every escape replaced by its byte.
    static func unescaped(_ text: ByteView) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var reader = EscapedText(text)
        while let unit = reader.next() { out.append(unit.byte) }
        return out
    }

    /// Appends `bytes`, escaping all that `allowed` lacks.
    static func append(_ bytes: some Sequence<UInt8>, allowed: ByteSet, to out: inout some ByteSink) {
        for byte in bytes {
            if allowed.contains(byte) { out.append(byte) } else { appendEscape(of: byte, to: &out) }
        }
    }

    /// Appends `%HH` with capital digits.
    static func appendEscape(of byte: UInt8, to out: inout some ByteSink) {
        out.append(UInt8(ascii: "%"))
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 15))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

extension EscapedText.Unit {
    fileprivate var lowercased: Self { Self(byte: ASCII.lowercased(byte), isReserved: isReserved) }
}
