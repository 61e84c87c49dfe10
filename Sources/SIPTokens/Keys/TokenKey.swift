import SIPSyntax

/// One generation of the secret that all tokens are made with: plain data, so that a shard can hold its own copy.
///
/// Each kind of token has a key of its own, derived from the secret, so that a token of one kind can never pass for
/// another.
public struct TokenKey: Hashable, Sendable {
    /// What a derived key is for.
    public enum Purpose: UInt64, Sendable, CaseIterable {
        /// The MAC of a branch token.
        case branch = 1
        /// The MAC of a dialog token.
        case dialog
        /// The MAC of a flow token.
        case flow
        /// The loop hash of a request (RFC 3261 §16.6 step 8, RFC 5393).
        case loop
        /// The keys of server transactions (§17.2.3); 5 names no purpose any more.
        case transaction = 6
        /// The To tags of responses made here (§8.2.7).
        case localTag
        /// The division of calls over shards by Call-ID.
        case callID
    }

    /// The number of random bytes that a key takes.
    public static let byteCount = 48

    /// 0 to 15: the part of a token that says which key made it.
    public let id: UInt8
    let sip: SipKey
    let hmac: HMACKey
    private let branch: SipKey
    private let dialog: SipKey
    private let flow: SipKey
    private let loop: SipKey
    private let transaction: SipKey
    private let localTag: SipKey
    private let callID: SipKey

    init(id: UInt8, sip: SipKey, hmac: HMACKey) {
        self.id = id & 15
        self.sip = sip
        self.hmac = hmac
        branch = TokenKey.derive(sip, .branch)
        dialog = TokenKey.derive(sip, .dialog)
        flow = TokenKey.derive(sip, .flow)
        loop = TokenKey.derive(sip, .loop)
        transaction = TokenKey.derive(sip, .transaction)
        localTag = TokenKey.derive(sip, .localTag)
        callID = TokenKey.derive(sip, .callID)
    }

    /// A key of 48 random bytes: 16 for SipHash, 32 for HMAC-SHA-256.
    public init(id: UInt8, randomBytes: [UInt8]) {
        precondition(randomBytes.count == TokenKey.byteCount, "a token key takes 48 random bytes")
        let words = (0..<6).map { word in randomBytes.withByteView { $0.word(at: word * 8) } }
        self.init(
            id: id, sip: SipKey(low: words[0], high: words[1]),
            hmac: HMACKey(words[2], words[3], words[4], words[5]))
    }

    /// The key for one purpose.
    public func key(for purpose: Purpose) -> SipKey {
        switch purpose {
        case .branch: branch
        case .dialog: dialog
        case .flow: flow
        case .loop: loop
        case .transaction: transaction
        case .localTag: localTag
        case .callID: callID
        }
    }

    private static func derive(_ master: SipKey, _ purpose: Purpose) -> SipKey {
        var hasher = SipHasher(wide: master)
        hasher.absorb(word: purpose.rawValue)
        let (low, high) = hasher.finish128()
        return SipKey(low: low, high: high)
    }
}
