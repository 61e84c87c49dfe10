/// The schemes of URIs that a SIP element tells apart (RFC 3261 §19.1.1, RFC 3966).
public enum URIScheme: UInt8, Hashable, Sendable {
    /// `sip:`
    case sip
    /// `sips:`, every hop over TLS.
    case sips
    /// `tel:`, a telephone number.
    case tel
    /// Any other absolute URI, which stays opaque.
    case other

    /// Whether the URI names a host, so that a request can be sent there.
    @inlinable
    public var isSIP: Bool { self == .sip || self == .sips }
}
