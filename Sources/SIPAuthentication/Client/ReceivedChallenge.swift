public import SIPSyntax

/// A challenge as a client reads it; valid for as long as the bytes of the message.
public struct ReceivedChallenge {
    public private(set) var realm = AuthValue.empty
    public private(set) var nonce = AuthValue.empty
    /// Nil when there is none; it is sent back as it stands.
    public private(set) var opaque: AuthValue?
    public private(set) var algorithm = DigestAlgorithm.md5
    /// The best of the offered protections: `auth` where it is offered, for it costs the least.
    public private(set) var protection = DigestInput.Protection.none
    /// Whether the password was right and only the nonce too old.
    public private(set) var isStale = false

    /// Reads a header field's value; nil when it is no Digest challenge or has an algorithm or qop that is not
    /// supported.
    public init?(_ value: ByteView) {
        guard var parameters = AuthParameters(digest: value) else { return nil }
        var hasNonce = false
        var hasRealm = false
        while let parameter = parameters.next() {
            let (name, value) = (parameter.name, parameter.value)
            if name.equalsIgnoringCase("realm") {
                realm = value
                hasRealm = true
            } else if name.equalsIgnoringCase("nonce") {
                nonce = value
                hasNonce = true
            } else if name.equalsIgnoringCase("opaque") {
                opaque = value
            } else if name.equalsIgnoringCase("stale") {
                isStale = value.raw.equalsIgnoringCase("true")
            } else if name.equalsIgnoringCase("algorithm") {
                guard let known = DigestAlgorithm(value.raw) else { return nil }
                algorithm = known
            } else if name.equalsIgnoringCase("qop") {
                guard let best = ReceivedChallenge.bestProtection(value.raw) else { return nil }
                protection = best
            }
        }
        guard !parameters.isMalformed, hasNonce, hasRealm else { return nil }
    }

    private static func bestProtection(_ offers: ByteView) -> DigestInput.Protection? {
        var best: DigestInput.Protection?
        var start = 0
        while start <= offers.count {
            let end = offers.firstIndex(of: UInt8(ascii: ","), from: start) ?? offers.count
            let offer = offers[start..<end].trimmed
            if offer.equalsIgnoringCase("auth") { return .auth }
            if offer.equalsIgnoringCase("auth-int") { best = .authInt }
            start = end + 1
        }
        return best
    }
}
