import SIPSyntax
import SIPTokens
import SIPTransport

/// Sends a message to the shard of its call: a request by a keyed hash of its Call-ID, a response by the shard that our
/// branch in its top Via names.
///
/// The key is that of the first key ring of this run: a rotation of the token keys must not move live calls.
struct CallRouter: MessageRouter {
    let key: SipKey
    let shards: Int

    func shardIndex(for message: borrowing SIPMessage) -> Int {
        if !message.isRequest {
            guard let via = message.value(of: .via), let branch = BranchToken.own(inTopVia: via),
                let shard = BranchToken.shardHint(branch)
            else { return 0 }
            // A branch of a run with more shards: its transaction is gone, and any shard can say so.
            return Int(shard) % shards
        }
        // A request without Call-ID is answered 400 by the shard of its top Via.
        let identity = message.value(of: .callID) ?? message.value(of: .via) ?? .empty
        var hasher = SipHasher(key)
        hasher.absorb(identity)
        return Int(truncatingIfNeeded: hasher.finish64() % UInt64(shards))
    }
}
