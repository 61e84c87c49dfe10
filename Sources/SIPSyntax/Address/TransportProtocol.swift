/// The transport protocols that a Via names (RFC 3261 §20.42, RFC 7118).
public enum TransportProtocol: UInt8, Hashable, Sendable, CaseIterable {
    case udp, tcp, tls, ws, wss

    /// Whether the transport keeps order and loses nothing, so that no timer repeats a message (§17).
    @inlinable
    public var isReliable: Bool { self != .udp }

    /// Whether the transport encrypts.
    @inlinable
    public var isSecure: Bool { self == .tls || self == .wss }

    /// The default port of §19.1.2.
    @inlinable
    public var defaultPort: UInt16 {
        switch self {
        case .udp, .tcp: 5060
        case .tls: 5061
        case .ws: 80
        case .wss: 443
        }
    }

    /// As the Via spells it.
    public var viaName: StaticString {
        switch self {
        case .udp: "UDP"
        case .tcp: "TCP"
        case .tls: "TLS"
        case .ws: "WS"
        case .wss: "WSS"
        }
    }

    /// As the `transport` parameter of a URI and the configuration spell it.
    public var uriName: StaticString {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        case .tls: "tls"
        case .ws: "ws"
        case .wss: "wss"
        }
    }

    /// The protocol that a Via or a `transport` parameter names, in any case.
    public init?(_ name: ByteView) {
        guard name.count == 2 || name.count == 3 else { return nil }
        // The name as one word of small letters; other bytes fold to no letter of these names.
        var word: UInt32 = 0
        for index in 0..<name.count { word = word << 8 | UInt32(ASCII.lowercased(name[index])) }
        switch word {
        case 0x75_6470: self = .udp
        case 0x74_6370: self = .tcp
        case 0x74_6C73: self = .tls
        case 0x7773: self = .ws
        case 0x77_7373: self = .wss
        default: return nil
        }
    }
}
