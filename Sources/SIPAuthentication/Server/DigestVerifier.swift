public import SIPSyntax
public import SIPTokens
public import SIPTransaction

/// What the check of credentials came to.
public enum DigestResult: Hashable, Sendable {
    /// The client knows the password, and the request is no replay.
    case accepted
    /// The client knows the password, but the nonce is too old or none of ours: challenge with `stale=true`, and the
    /// client need not ask its user again.
    case stale
    /// The client knows the password, but this count of the nonce was used before: a replay, or a client that does not
    /// count. Challenge with `stale=true`.
    case replayed
    /// The response is wrong.
    case wrong
    /// No HA1 is known for the user. The answer to the client should be that of `wrong`.
    case unknownUser
    /// The algorithm or the qop is not one that is offered.
    case unsupported
}

/// The server's side of Digest authentication (RFC 3261 §22, RFC 7616 §3.4.6).
///
/// It checks the response, the nonce and the count, in this order, so that `stale` is told to those only who know the
/// password. Request-URI and realm are compared by the caller. A CANCEL or an ACK can't be challenged (§22.1), and a
/// request that comes again inside its transaction must not be checked twice: its count was used.
public struct DigestVerifier: Sendable {
    /// The algorithms that are accepted.
    public var algorithms: DigestAlgorithmSet
    /// Whether a response without `qop` (RFC 2069) is accepted; each nonce is then good for one request.
    public var allowsMissingProtection: Bool
    /// How long a nonce can be used.
    public var nonceLifetime: SIPDuration
    private let counter: NonceCounter

    /// A verifier; all shards share `counter`, which has to be made for the same lifetime.
    public init(
        counter: NonceCounter, nonceLifetime: SIPDuration, algorithms: DigestAlgorithmSet = .standard,
        allowsMissingProtection: Bool = true
    ) {
        self.counter = counter
        self.nonceLifetime = nonceLifetime
        self.algorithms = algorithms
        self.allowsMissingProtection = allowsMissingProtection
    }

    /// Checks a request's credentials at `now` (seconds since 1970).
    ///
    /// `ha1` looks up the user's HA1 for the credentials' user name and realm, made with `algorithm.hash`.
    public func verify(
        _ credentials: borrowing DigestCredentials, method: ByteView, body: ByteView, now: UInt64,
        ring: borrowing KeyRing, ha1: (borrowing DigestCredentials) -> DigestValue?
    ) -> DigestResult {
        guard credentials.isSupported, algorithms.contains(credentials.algorithm),
            credentials.protection != .none || allowsMissingProtection
        else { return .unsupported }
        guard let key = ha1(credentials) else { return .unknownUser }
        guard Int(key.byteCount) == credentials.algorithm.byteCount,
            credentials.input(method: method, body: body).response(ha1: key) == credentials.response
        else { return .wrong }
        guard
            case .valid(let nonce) = NonceToken.check(
                credentials.nonce.raw, now: now, lifetime: nonceLifetime, ring: ring)
        else { return .stale }
        // Without a count a nonce is used once, as if it were count 1.
        let count = credentials.protection == .none ? 1 : credentials.nonceCount
        switch counter.note(nonce, count: count, now: now) {
        case .fresh: return .accepted
        case .repeated: return .replayed
        case .forgotten: return .stale
        }
    }
}
