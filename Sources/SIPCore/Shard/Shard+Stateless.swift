import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

/// Forwarding without a transaction (§16.11), and the ACK of a 2xx, which never has one.
extension Shard {
    /// Sends a request on to one target and keeps nothing.
    ///
    /// - Returns: false when the target can't be reached: no listener for it, or a name that is not known yet.
    @discardableResult
    public func forward(_ context: ResponseContext, to target: Target = .asReceived) -> Bool {
        guard context.isOpen, !context.isForwarded else { return false }
        context.hasActed = true
        context.isForwarded = true
        var target = target
        if let contact = localContact(target, context) { target = contact }
        var request = prepare(context, target)
        forgetTransaction(of: context)
        switch NextHopPlan.hops(for: request, target, context, self) {
        case .hops(let hops): return send(&request, context, hops)
        case .unsupported: return false
        case .name(let host, let port, let transport):
            guard let found = hostCache.addresses(of: host, now: wallClock) else {
                // The first request to a name is lost to the look-up; its sender sends it again.
                addresses(of: host) { _ in }
                return false
            }
            return send(&request, context, NextHop.list(found, port, transport, target.listener))
        }
    }

    private func send(_ request: inout SIPMessage, _ context: ResponseContext, _ hops: [NextHop]) -> Bool {
        for hop in hops {
            guard let listener = listener(for: hop, preferred: context.source.listener) else { continue }
            if hop.transport.isReliable { BranchBuilder.addContentLength(&request) }
            let loopHash = statelessLoopHash(context.received)
            // §16.11: the same for every retransmission, and for the ACK and CANCEL of an INVITE.
            let branch = BranchToken(
                shard: index, kind: .stateless, number: context.viaHash, loopHash: loopHash)
            BranchBuilder.addVia(
                &request, listener: listener, branch: branch, keys: configuration.keys, scratch: scratch)
            outbox.begin()
            request.write(to: outbox.bytes)
            outbox.finish(
                to: hop.flow ?? Flow(transport: hop.transport, listener: listener.index, remote: hop.address))
            return true
        }
        return false
    }

    /// None for INVITE, whose CANCEL and ACK have other fields and must get its branch; Max-Forwards ends such a loop.
    private func statelessLoopHash(_ received: borrowing SIPMessage) -> UInt64 {
        switch received.method {
        case .invite, .ack, .cancel: 0
        default: LoopHash.compute(received, keys: configuration.keys)
        }
    }

    /// A stateless proxy has no transaction: the one made on arrival goes without a trace.
    private func forgetTransaction(of context: ResponseContext) {
        stop(&context.tryingTimer)
        context.isDropped = true
        if let transaction = servers[context.transaction] {
            transaction.context = nil
            remove(transaction)
        }
    }

    /// The one contact of a local address-of-record; nothing is sent to ourselves.
    private func localContact(_ target: Target, _ context: ResponseContext) -> Target? {
        guard target.flow == nil, target.route.isEmpty, isLocalTarget(target, context) else { return nil }
        return localTargets(target.uri ?? context.message.requestURI.array, context, q: target.q).first
    }
}
