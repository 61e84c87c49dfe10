/// One parameter of a header field as a value (RFC 3261 §25.1, generic-param).
public struct HeaderParameter: Hashable, Sendable {
    /// The name, a token.
    public var name: String
    /// The value without quotes and backslashes; nil for a flag.
    public var value: String?
    /// Whether the value is written in quotes though it need not be.
    public var isQuoted: Bool

    /// A parameter; a value that is neither token nor host will be written in quotes.
    public init(_ name: String, _ value: String? = nil, isQuoted: Bool = false) {
        self.name = name
        self.value = value
        self.isQuoted = isQuoted
    }

    /// Equality by §7.3.1: names in either case, and values too unless they are quoted strings.
    public static func == (lhs: HeaderParameter, rhs: HeaderParameter) -> Bool {
        guard lhs.isNamed(rhs.name) else { return false }
        guard let value = lhs.value, let other = rhs.value else { return lhs.value == rhs.value }
        if lhs.mustQuote || rhs.mustQuote { return value == other }
        return value.lowercased() == other.lowercased()
    }

    /// Hashes name and value in small letters, which equal parameters have in common.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name.lowercased())
        hasher.combine(value?.lowercased())
    }

    /// Whether the parameter has that name, in either case.
    public func isNamed(_ name: String) -> Bool { self.name.lowercased() == name.lowercased() }

    private var mustQuote: Bool { isQuoted || !HeaderParameter.mayStandBare(value ?? "-") }

    /// A token or a host.
    private static func mayStandBare(_ value: String) -> Bool {
        value.withByteView { $0.isToken || URILayout.endOfHost($0, from: 0) == $0.count }
    }

    /// Appends `;name=value`; nothing when the name is no token.
    func append(to out: inout some ByteSink) {
        guard name.withByteView({ $0.isToken }) else { return }
        out.append(UInt8(ascii: ";"))
        for byte in name.utf8 { out.append(byte) }
        guard let value else { return }
        out.append(UInt8(ascii: "="))
        if mustQuote {
            appendQuoted(value.utf8, to: &out)
        } else {
            for byte in value.utf8 { out.append(byte) }
        }
    }
}

extension ByteView {
    /// Whether the text is a `token` (RFC 3261 §25.1).
    public var isToken: Bool {
        for index in 0..<count where !ASCII.isToken(self[index]) { return false }
        return !isEmpty
    }
}
