import SIPSyntax
import SIPTokens

/// To which shard a message belongs: a response to the one that its branch names, anything else by a keyed hash of the
/// Call-ID.
struct ShardRouting {
    let keys: KeyRing
    let shardCount: Int

    func shard(for message: borrowing SIPMessage) -> Int {
        if !message.isRequest, let token = branchToken(message), Int(token.shard) < shardCount {
            return Int(token.shard)
        }
        var hasher = SipHasher(keys.current.key(for: .callID))
        hasher.absorb(message.value(of: .callID) ?? message.value(of: .via) ?? .empty)
        return Int(hasher.finish64() % UInt64(shardCount))
    }

    private func branchToken(_ message: borrowing SIPMessage) -> BranchToken? {
        guard let value = message.value(of: .via) else { return nil }
        var elements = HeaderElements(value)
        guard let range = elements.next(), let via = ViaLayout(value[range]),
            let branch = via.branch(in: value[range])
        else { return nil }
        return BranchToken(branch, ring: keys)
    }
}
