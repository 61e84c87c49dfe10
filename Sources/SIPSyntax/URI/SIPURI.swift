/// A URI as a value that owns its text (RFC 3261 §19.1, RFC 3966).
///
/// `==` follows §19.1.4, which is not transitive: `sip:a@b;x=1` and `sip:a@b;x=2` both equal `sip:a@b`, but not each
/// other. A set or dictionary of URIs keeps the first of equal ones that it meets.
public struct SIPURI: Sendable {
    /// The text, as it was read or written.
    public private(set) var bytes: [UInt8]
    /// Where the components stand in `bytes`.
    public private(set) var layout: URILayout

    /// A copy of `text`; nil when it is no URI.
    public init?(copying text: ByteView) {
        guard let layout = URILayout(text) else { return nil }
        bytes = text.array
        self.layout = layout
    }

    /// The URI that `text` is; nil when it is none.
    public init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

    /// The URI that `bytes` are; nil when they are none.
    public init?(bytes: [UInt8]) {
        guard let layout = bytes.withByteView({ URILayout($0) }) else { return nil }
        self.bytes = bytes
        self.layout = layout
    }

    /// Runs `body` with a view of the text.
    @inlinable
    public func withView<R, E: Error>(_ body: (ByteView) throws(E) -> R) throws(E) -> R {
        try bytes.withByteView(body)
    }
}

extension SIPURI: Hashable, CustomStringConvertible {
    /// The text, as it was read or written.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether two URIs are equal by RFC 3261 §19.1.4 (sip, sips) or RFC 3966 §4 (tel), without copying anything.
    public static func areEqual(_ a: ByteView, _ la: URILayout, _ b: ByteView, _ lb: URILayout) -> Bool {
        URIComparison.areEqual(a, la, b, lb)
    }

    /// Equality by RFC 3261 §19.1.4 (sip, sips) or RFC 3966 §4 (tel).
    public static func == (lhs: SIPURI, rhs: SIPURI) -> Bool {
        lhs.bytes.withByteView { a in
            rhs.bytes.withByteView { b in URIComparison.areEqual(a, lhs.layout, b, rhs.layout) }
        }
    }

    /// Hashes what equal URIs have in common: scheme, user, host and port, or a telephone number's digits.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(layout.scheme)
        hasher.combine(layout.port)
        withView { text in
            switch layout.scheme {
            case .sip, .sips:
                var key: [UInt8] = []
                layout.appendAddressOfRecord(in: text, to: &key)
                hasher.combine(key)
            case .tel:
                var digits = TelDigits(text[layout.user])
                while let digit = digits.next() { hasher.combine(digit) }
            case .other: hasher.combine(bytes: text[layout.opaque].rawBuffer)
            }
        }
    }
}

extension SIPURI {
    /// The scheme, as far as it is known.
    public var scheme: URIScheme { layout.scheme }

    /// The scheme as it is spelt.
    public var schemeText: String { withView { layout.schemeName(in: $0).string } }

    /// The user, or the number of a tel URI; unescaped. Nil without one.
    public var user: String? { withView { SIPURI.unescaped(layout.user(in: $0)) } }

    /// The password, unescaped; nil without one.
    public var password: String? { withView { SIPURI.unescaped(layout.password(in: $0)) } }

    /// The host, an IPv6 address in its brackets; nil for tel and other URIs.
    public var host: String? { withView { layout.host(in: $0)?.string } }

    /// The port; nil without one.
    public var port: UInt16? { layout.port }

    /// The `transport` parameter, when it is a known protocol.
    public var transport: TransportProtocol? { withView { layout.transport(in: $0) } }

    /// The parameters in order, unescaped; a flag has no value.
    public var parameters: [(name: String, value: String?)] {
        withView { text in
            guard let parameters = layout.parameters(in: text) else { return [] }
            return URIParameters(parameters: parameters).map { parameter in
                (SIPURI.unescaped(parameters[parameter.name]), SIPURI.unescaped(parameters[ifPresent: parameter.value]))
            }
        }
    }

    /// The headers in order, unescaped.
    public var headers: [(name: String, value: String)] {
        withView { text in
            guard let headers = layout.headers(in: text) else { return [] }
            return URIParameters(headers: headers).map { header in
                (SIPURI.unescaped(headers[header.name]), SIPURI.unescaped(headers[ifPresent: header.value]) ?? "")
            }
        }
    }

    /// The value of that parameter, unescaped; an empty text for a flag, nil when there is none.
    public func parameter(named name: String) -> String? {
        withView { text in
            // Escaped, so that a reserved byte of the name equals its escape in the text.
            URIPieces.escaped(name, .parameter).withByteView { name in
                switch layout.parameter(name, in: text) {
                case .absent: nil
                case .flag: ""
                case .value(let value): SIPURI.unescaped(value)
                }
            }
        }
    }

    private static func unescaped(_ text: ByteView) -> String {
        String(decoding: EscapedText.unescaped(text), as: UTF8.self)
    }

    private static func unescaped(_ text: ByteView?) -> String? { text.map { unescaped($0) } }
}
