/// Where the components of a URI stand in the text that was read (RFC 3261 §19.1.1, RFC 3966).
///
/// The reader is more tolerant than the grammar: user, password, parameters and headers may hold any visible byte and
/// UTF-8 but `"`, `<` and `>`; what follows a `%` must be two hexadecimal digits. Of a user and a host it takes the
/// first `@`, since no other component may have one unescaped.
@frozen
public struct URILayout: Hashable, Sendable {
    /// The scheme, as far as it is known.
    public var scheme: URIScheme
    /// Whether the text has a port.
    public var hasPort: Bool
    /// The port; 0 without one.
    public var portNumber: UInt16
    /// The scheme as it is spelt.
    public var schemeName: FieldRange
    /// The user, or the number of a tel URI; still escaped.
    public var user: FieldRange
    /// The password; still escaped.
    public var password: FieldRange
    /// The host; an IPv6 address with its brackets.
    public var host: FieldRange
    /// The parameters, without the first `;`.
    public var parameters: FieldRange
    /// The headers, without the `?`.
    public var headers: FieldRange
    /// What follows the colon, for a scheme other than sip, sips and tel.
    public var opaque: FieldRange

    /// Nothing but a scheme, for the parser to fill.
    @usableFromInline
    init(scheme: URIScheme, schemeName: FieldRange) {
        self.scheme = scheme
        self.schemeName = schemeName
        hasPort = false
        portNumber = 0
        user = .absent
        password = .absent
        host = .absent
        parameters = .absent
        headers = .absent
        opaque = .absent
    }

    /// The port, or nil without one.
    @inlinable
    public var port: UInt16? { hasPort ? portNumber : nil }
}

extension URILayout {
    /// The scheme as it is spelt.
    @inlinable
    public func schemeName(in text: ByteView) -> ByteView { text[schemeName] }

    /// The user, or the number of a tel URI; still escaped.
    @inlinable
    public func user(in text: ByteView) -> ByteView? { text[ifPresent: user] }

    /// The password; still escaped.
    @inlinable
    public func password(in text: ByteView) -> ByteView? { text[ifPresent: password] }

    /// The host, IPv6 in brackets; nil for tel and other URIs.
    @inlinable
    public func host(in text: ByteView) -> ByteView? { text[ifPresent: host] }

    /// All parameters, without the first `;`.
    @inlinable
    public func parameters(in text: ByteView) -> ByteView? { text[ifPresent: parameters] }

    /// All headers, without the `?`.
    @inlinable
    public func headers(in text: ByteView) -> ByteView? { text[ifPresent: headers] }

    /// What follows the colon, for a scheme other than sip, sips and tel.
    @inlinable
    public func opaque(in text: ByteView) -> ByteView? { text[ifPresent: opaque] }

    /// The first parameter of that name (RFC 3261 §19.1.1).
    public func parameter(_ name: ByteView, in text: ByteView) -> ParameterSearch {
        guard parameters.isPresent else { return .absent }
        return ParameterSearch(name, inURIParameters: text[parameters])
    }

    /// The first parameter of that name (RFC 3261 §19.1.1).
    public func parameter(_ name: StaticString, in text: ByteView) -> ParameterSearch {
        parameter(ByteView(name), in: text)
    }

    /// Whether the URI has that parameter, with a value or without.
    public func hasParameter(_ name: StaticString, in text: ByteView) -> Bool {
        parameter(ByteView(name), in: text).isPresent
    }

    /// The value of that parameter, still escaped; nil when it is absent or a flag.
    public func parameterValue(_ name: StaticString, in text: ByteView) -> ByteView? {
        parameter(ByteView(name), in: text).value
    }

    /// The `transport` parameter; nil when it is absent or unknown (RFC 3261 §19.1.1).
    public func transport(in text: ByteView) -> TransportProtocol? {
        guard parameters.isPresent, let name = parameterValue("transport", in: text) else { return nil }
        return TransportProtocol(name)
    }
}

extension ByteView {
    /// The part that `range` describes, or nil when it does not occur.
    @inlinable
    public subscript(ifPresent range: FieldRange) -> ByteView? { range.isPresent ? self[range] : nil }
}
