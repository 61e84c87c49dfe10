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
        var request = target.route.withByteView { route in
            (target.uri ?? []).withByteView { uri in
                BranchBuilder.prepare(context.message, uri: uri, route: route, keepsRoute: target.uri == nil)
            }
        }
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
            let hops = found.map {
                NextHop(
                    transport: transport, address: TransportAddress(ip: $0, port: port), flow: nil,
                    listener: target.listener)
            }
            return send(&request, context, hops)
        }
    }

    private func send(_ request: inout SIPMessage, _ context: ResponseContext, _ hops: [NextHop]) -> Bool {
        for hop in hops {
            guard let listener = listener(for: hop, preferred: context.source.listener) else { continue }
            if hop.transport.isReliable { BranchBuilder.addContentLength(&request) }
            let loopHash = LoopHash.compute(context.received, keys: configuration.keys)
            let branch = BranchToken(
                shard: index, kind: .stateless, number: statelessNumber(context.received), loopHash: loopHash)
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

    /// §16.11: the same for every retransmission, different for different requests; an ACK or CANCEL gets its INVITE's.
    private func statelessNumber(_ received: borrowing SIPMessage) -> UInt64 {
        var hasher = configuration.keys.statelessBranchHasher()
        if let value = received.value(of: .via) {
            var elements = HeaderElements(value)
            if let range = elements.next(), let via = ViaLayout(value[range]) {
                hasher.absorb(field: via.branch(in: value[range]) ?? .empty)
                if via.branch(in: value[range])?.hasPrefix("z9hG4bK") == true { return hasher.finish64() }
            }
        }
        hasher.absorb(field: received.requestURI)
        hasher.absorb(field: received.value(of: .callID) ?? .empty)
        hasher.absorb(field: received.value(of: .cSeq)?.leadingDigits ?? .empty)
        return hasher.finish64()
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
