/// What a search for a parameter of a URI or header field finds.
@frozen
public enum ParameterSearch {
    /// There is no such parameter.
    case absent
    /// The parameter stands without `=`.
    case flag
    /// The parameter's value as it is spelt: still escaped, or still in quotes.
    case value(ByteView)

    /// The value; nil when the parameter is absent or a flag.
    @inlinable
    public var value: ByteView? {
        if case .value(let view) = self { return view }
        return nil
    }

    /// Whether the parameter occurs, with a value or without.
    @inlinable
    public var isPresent: Bool {
        if case .absent = self { return false }
        return true
    }

    /// Searches `;`-separated URI parameters; names are equal in either case and escaped or not (RFC 3261 §19.1.4).
    init(_ name: ByteView, inURIParameters text: ByteView) {
        var position = 0
        while position <= text.count {
            let parameter = URIParameter(in: text, from: position, separator: UInt8(ascii: ";"))
            if EscapedText.areEqualIgnoringCase(text[parameter.name], name) {
                self = parameter.value.isAbsent ? .flag : .value(text[parameter.value])
                return
            }
            position = parameter.end + 1
        }
        self = .absent
    }
}

/// One `name=value` of a URI's parameters or headers.
struct URIParameter {
    var name: FieldRange
    /// Absent without `=`.
    var value: FieldRange
    /// The position of the separator, or of the text's end.
    var end: Int

    /// Reads the parameter that begins at `start`.
    init(in text: ByteView, from start: Int, separator: UInt8) {
        var index = start
        var equals = -1
        while index < text.count, text[index] != separator {
            if text[index] == UInt8(ascii: "="), equals < 0 { equals = index }
            index &+= 1
        }
        end = index
        name = FieldRange(start..<(equals < 0 ? index : equals))
        value = equals < 0 ? .absent : FieldRange(equals &+ 1..<index)
    }
}

/// The `;`-separated parameters or `&`-separated headers of a URI, in order; empty ones are passed over.
struct URIParameters: Sequence, IteratorProtocol {
    let text: ByteView
    let separator: UInt8
    private var position = 0

    init(parameters text: ByteView?) {
        self.text = text ?? .empty
        separator = UInt8(ascii: ";")
    }

    init(headers text: ByteView?) {
        self.text = text ?? .empty
        separator = UInt8(ascii: "&")
    }

    mutating func next() -> URIParameter? {
        while position < text.count {
            let parameter = URIParameter(in: text, from: position, separator: separator)
            position = parameter.end + 1
            if !parameter.name.isEmpty { return parameter }
        }
        return nil
    }
}
