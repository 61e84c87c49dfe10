public import SIPSyntax

/// What our Via's branch says: which shard the response belongs to, whether we forwarded statefully, and the hash by
/// which a loop is told from a spiral (RFC 3261 §16.6 step 8, §16.11, RFC 5393).
///
/// The text begins with the magic cookie of §8.1.1.7 and has 42 characters.
@frozen
public struct BranchToken: Hashable, Sendable {
    /// How the request was forwarded.
    public enum Kind: UInt8, Sendable {
        /// By a client transaction: a response that matches none is dropped.
        case stateful
        /// Without one: the response goes on to the next Via.
        case stateless
    }

    /// The length of the text.
    public static let textLength = 42
    private static let cookie: StaticString = "z9hG4bK"

    /// The shard to which responses go.
    public var shard: UInt16
    public var kind: Kind
    /// Unique per transaction; of a stateless branch, the hash that makes it the same for the same request.
    public var number: UInt64
    /// 48 bits over what must not change between a request and its loop.
    public let loopHash: UInt64

    /// Of `loopHash` the lower 48 bits are kept.
    public init(shard: UInt16, kind: Kind, number: UInt64, loopHash: UInt64) {
        self.shard = shard
        self.kind = kind
        self.number = number
        self.loopHash = loopHash & 0xFFFF_FFFF_FFFF
    }

    /// Reads a branch parameter; nil unless one of the ring's keys made it.
    public init?(_ branch: ByteView, ring: borrowing KeyRing) {
        let cookieLength = BranchToken.cookie.utf8CodeUnitCount
        guard branch.count == BranchToken.textLength, branch.hasPrefix(BranchToken.cookie),
            let sealed = SealedText(branch.suffix(from: cookieLength), .branch, ring),
            sealed.isSealed(by: sealed.hasher)
        else { return nil }
        var reader = TokenReader(sealed.fields)
        guard let rawKind = reader.take(8), let kind = Kind(rawValue: UInt8(rawKind)), let shard = reader.take(16),
            let number = reader.take(64), let loopHash = reader.take(48), reader.isAtEnd
        else { return nil }
        self.init(shard: UInt16(shard), kind: kind, number: number, loopHash: loopHash)
    }

    /// Writes the branch parameter's value.
    public func encode(to out: ByteWriter, ring: borrowing KeyRing) {
        out.reserve(BranchToken.textLength)
        out.append(BranchToken.cookie)
        var writer = TokenWriter(to: out, keyID: ring.current.id)
        writer.put(UInt64(kind.rawValue), bits: 8)
        writer.put(UInt64(shard), bits: 16)
        writer.put(number, bits: 64)
        writer.put(loopHash, bits: 48)
        SealedText.seal(&writer, ring.current.key(for: .branch))
    }

    /// Whether the branch is ours and carries this loop hash: the request has been here and has not changed.
    public static func isLoop(_ branch: ByteView, loopHash: UInt64, ring: borrowing KeyRing) -> Bool {
        BranchToken(branch, ring: ring)?.loopHash == loopHash & 0xFFFF_FFFF_FFFF
    }

    /// Whether a branch might be ours by its look; a cheap test before `init`, which alone is proof.
    public static func looksOurs(_ branch: ByteView) -> Bool {
        branch.count == textLength && branch.hasPrefix(cookie)
            && TokenText.value(branch[cookie.utf8CodeUnitCount]).map { $0 >> 4 == TokenWriter.version } == true
    }
}
