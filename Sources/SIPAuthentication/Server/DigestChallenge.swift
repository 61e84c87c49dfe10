public import SIPSyntax
public import SIPTokens

/// Writes challenges: the values of WWW-Authenticate and Proxy-Authenticate header fields (RFC 3261 §20.44, RFC 8760).
///
/// There is one header field for each algorithm, the strongest first, because a client takes the first that it knows
/// (RFC 8760 §2.4).
public struct DigestChallenge: Sendable {
    /// The realm's meaning; escaped when it is written.
    public var realm: [UInt8]
    /// Empty for none.
    public var opaque: [UInt8]
    public var algorithms: [DigestAlgorithm]
    /// Whether `auth-int` is offered beside `auth`.
    public var offersIntegrity: Bool

    public init(
        realm: [UInt8], opaque: [UInt8] = [], algorithms: DigestAlgorithmSet = .standard, offersIntegrity: Bool = true
    ) {
        self.realm = realm
        self.opaque = opaque
        self.algorithms = algorithms.strongestFirst
        self.offersIntegrity = offersIntegrity
    }

    /// Appends one challenge's value.
    public func write(
        _ algorithm: DigestAlgorithm, nonce: NonceToken, isStale: Bool, to out: ByteWriter, ring: borrowing KeyRing
    ) {
        out.append("Digest realm=")
        realm.withByteView { out.append(quoted: $0) }
        out.append(", nonce=\"")
        nonce.encode(to: out, ring: ring)
        out.append("\"")
        if !opaque.isEmpty {
            out.append(", opaque=")
            opaque.withByteView { out.append(quoted: $0) }
        }
        if isStale { out.append(", stale=true") }
        out.append(", algorithm=")
        out.append(algorithm.name)
        out.append(offersIntegrity ? ", qop=\"auth,auth-int\"" : ", qop=\"auth\"")
    }
}
