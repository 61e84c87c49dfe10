/// The keys that tokens are made and checked with: the current one, and the previous one for as long as tokens that
/// it made are still out.
///
/// Nodes that share a ring accept each other's tokens. Plain data: each shard holds its own copy.
public struct KeyRing: Hashable, Sendable {
    /// New tokens are made with this key.
    public private(set) var current: TokenKey
    /// Tokens made with this key are still accepted.
    public private(set) var previous: TokenKey?

    public init(current: TokenKey, previous: TokenKey? = nil) {
        precondition(current.id != previous?.id, "two keys of a ring have the same id")
        self.current = current
        self.previous = previous
    }

    /// A new ring with one key of 48 random bytes.
    public init(randomBytes: [UInt8]) {
        self.init(current: TokenKey(id: 0, randomBytes: randomBytes))
    }

    /// Makes a new current key of 48 random bytes; the current one becomes the previous one, and the previous one is
    /// forgotten with every token that it made.
    public mutating func rotate(randomBytes: [UInt8]) {
        previous = current
        current = TokenKey(id: (current.id + 1) & 15, randomBytes: randomBytes)
    }

    /// Forgets the previous key.
    public mutating func dropPrevious() { previous = nil }

    /// The derived key of the generation `id`, if the ring still has it.
    func sipKey(_ purpose: TokenKey.Purpose, id: UInt8) -> SipKey? {
        if id == current.id { return current.key(for: purpose) }
        if let previous, id == previous.id { return previous.key(for: purpose) }
        return nil
    }

    /// The HMAC key of the generation `id`, if the ring still has it.
    func hmacKey(id: UInt8) -> HMACKey? {
        if id == current.id { return current.hmac }
        if let previous, id == previous.id { return previous.hmac }
        return nil
    }
}

extension KeyRing {
    /// A hasher for the loop hash of a request; its 64-bit result is cut by `BranchToken`.
    public func loopHasher() -> FoldingHasher { FoldingHasher(current.key(for: .loop)) }
}
