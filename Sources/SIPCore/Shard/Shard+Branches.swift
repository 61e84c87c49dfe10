import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

extension Shard {
    // MARK: Starting a branch (§16.6)

    /// Makes the branch of a target and sends its request as soon as its address is known.
    func startBranch(_ context: ResponseContext, _ targetIndex: Int) {
        guard let attempt = context.attempt else { return }
        let target = attempt.targets[targetIndex]
        let index = context.branches.count
        context.branches.append(Branch(target: targetIndex, attempt: attempt.number, uri: target.uri))
        guard index < configuration.maximumBranches else { return branchUnreachable(context, index) }
        go(context, index, target)
    }

    /// Prepares the branch's request for a target and finds out where it goes.
    func go(_ context: ResponseContext, _ index: Int, _ target: Target) {
        var request = prepare(context, target)
        if context.attempt?.options.hasBranchHook == true { user.branchCreated(context, branch: index, &request) }
        context.branches[index].prepared = request
        switch NextHopPlan.hops(for: request, target, context, self) {
        case .hops(let hops): sendBranch(context, index, hops)
        case .unsupported: branchUnreachable(context, index)
        case .name(let host, let port, let transport):
            resolve(host, context, index, port, transport, target.listener)
        }
    }

    /// The branch's copy of the request, with the target's Request-URI, route and header fields.
    func prepare(_ context: ResponseContext, _ target: Target) -> SIPMessage {
        var request = target.route.withByteView { route in
            (target.uri ?? []).withByteView { uri in
                BranchBuilder.prepare(context.message, uri: uri, route: route, keepsRoute: target.uri == nil)
            }
        }
        for header in target.headers {
            header.name.withByteView { name in
                header.value.withByteView { value in
                    request.insertField(named: name, value: value, at: request.fieldCount)
                }
            }
        }
        return request
    }

    /// Asks the resolver; the branch stays open without a transaction meanwhile.
    private func resolve(
        _ host: [UInt8], _ context: ResponseContext, _ index: Int, _ port: UInt16, _ transport: TransportProtocol,
        _ listener: UInt16?
    ) {
        addresses(of: host) { [unowned self] found in
            guard context.branches[index].isOpen else { return }
            guard !context.branches[index].isCancelledByUs else { return self.branchUnreachable(context, index) }
            self.sendBranch(context, index, NextHop.list(found, port, transport, listener))
        }
    }

    /// Sends the branch's request to the first address that a listener can reach.
    private func sendBranch(_ context: ResponseContext, _ index: Int, _ hops: [NextHop]) {
        var hops = hops
        while !hops.isEmpty {
            let hop = hops.removeFirst()
            guard let listener = listener(for: hop, preferred: context.source.listener) else { continue }
            context.branches[index].nextHops = hops
            return send(context, index, hop, listener)
        }
        branchUnreachable(context, index)
    }

    private func send(_ context: ResponseContext, _ index: Int, _ hop: NextHop, _ listener: Listener) {
        guard var request = context.branches[index].prepared else { return }
        // With no other address to go to, the transaction has the only copy.
        if context.branches[index].nextHops.isEmpty { context.branches[index].prepared = nil }
        let flow = hop.flow ?? Flow(transport: hop.transport, listener: listener.index, remote: hop.address)
        recordRoute(context, &request, flow, hop, listener)
        if hop.transport.isReliable { BranchBuilder.addContentLength(&request) }
        let transaction = makeClient(request, flow, .branch(context, index))
        // The slab keeps the transaction's copy of the request out of the way while Via is written.
        transaction.request = nil
        let token = BranchToken(
            shard: self.index, kind: .stateful, number: transaction.number, loopHash: loopHash(of: context))
        BranchBuilder.addVia(
            &request, listener: listener, branch: token, keys: configuration.keys, scratch: scratch)
        transaction.request = request
        context.branches[index].client = transaction.number
        context.branches[index].status = 0
        context.branches[index].startedAt = now
        if let delay = firstProxyDelay(context) {
            transaction.proxyTimer = schedule(TimerPayload(.proxy, 0, transaction.number), after: delay)
        }
        start(transaction)
        if context.isCancelled { cancelBranchTransaction(context, index) }
    }

    /// `dead_after`, or Timer C when the transaction's own timer ends a silent branch before; only INVITE has Timer C.
    private func firstProxyDelay(_ context: ResponseContext) -> SIPDuration? {
        if let deadAfter = context.attempt?.options.deadAfter, deadAfter < configuration.timers.transactionTimeout {
            return deadAfter
        }
        return context.method == .invite ? min(configuration.timerC, configuration.maximumRinging) : nil
    }

    private func loopHash(of context: ResponseContext) -> UInt64 {
        if let hash = context.loopHash { return hash }
        let hash = LoopHash.compute(context.received, keys: configuration.keys)
        context.loopHash = hash
        return hash
    }

    private func recordRoute(
        _ context: ResponseContext, _ request: inout SIPMessage, _ flow: Flow, _ hop: NextHop, _ listener: Listener
    ) {
        guard let parameters = context.recordRoute, context.method.isRecordRouted else { return }
        let incoming = configuration.identity.listeners[Int(context.source.listener)]
        let token = DialogToken(
            listener: listener.index, trustMark: context.trustMark, creatorFlow: context.callerFlow,
            answererFlow: hop.flow, bootID: configuration.bootID)
        parameters.withByteView {
            BranchBuilder.addRecordRoute(
                &request, token: token, incoming: incoming, outgoing: listener, parameters: $0,
                keys: configuration.keys, scratch: scratch)
        }
    }

    // MARK: Ending a branch

    /// No answer from this address: the next one, or the end of the branch (RFC 3263 §4.3).
    func branchUnreachable(_ context: ResponseContext, _ index: Int) {
        guard context.branches[index].isOpen else { return }
        context.branches[index].client = 0
        if isRetryable(context, index) { return sendBranch(context, index, context.branches[index].nextHops) }
        note(context, status: 408, response: nil, target: nil)
        close(context, index, .unreachable)
    }

    private func isRetryable(_ context: ResponseContext, _ index: Int) -> Bool {
        !context.branches[index].nextHops.isEmpty && context.isOpen && !context.isCancelled
            && !context.branches[index].isCancelledByUs
    }

    /// A failure response: the next address when the status asks for it, or the end of the branch.
    func branchFailed(_ context: ResponseContext, _ index: Int, _ response: SIPMessage) {
        let status = response.status
        context.branches[index].client = 0
        if let attempt = context.attempt, attempt.number == context.branches[index].attempt,
            attempt.options.failoverStatuses.contains(status), isRetryable(context, index)
        {
            return sendBranch(context, index, context.branches[index].nextHops)
        }
        if follows(response, context, index) { return }
        // A 487 that our own CANCEL caused says no more than a branch that never answered.
        let counts = status == 487 && context.branches[index].isCancelledByUs ? 408 : status
        note(context, status: counts, response: counts == status ? response : nil, target: index)
        close(context, index, .failed(status: status))
    }

    func close(_ context: ResponseContext, _ index: Int, _ how: BranchEnd) {
        context.branches[index].isOpen = false
        context.branches[index].prepared = nil
        if let attempt = context.attempt, attempt.number == context.branches[index].attempt {
            let target = context.branches[index].target
            attemptEvent(context) { machine, sink in machine.branchEnded(target, how, into: &sink) }
        }
        if context.isCancelled, context.isOpen, !context.hasOpenBranch, context.attempt?.machine.isEnded ?? true {
            reply(context, ReplyContent(status: 487))
        }
        handlerless(context)
    }

    // MARK: Cancelling

    /// Cancels the open branch of an attempt's target.
    func cancelBranch(_ context: ResponseContext, target: Int) {
        if let index = openBranch(context, target) { cancelBranchTransaction(context, index) }
    }

    /// A request other than INVITE is not cancelled: its branch is waited for no longer.
    func abandonBranch(_ context: ResponseContext, target: Int) {
        if openBranch(context, target) != nil { note(context, status: 408, response: nil, target: nil) }
    }

    /// The open branch of a target of the present attempt.
    private func openBranch(_ context: ResponseContext, _ target: Int) -> Int? {
        guard let attempt = context.attempt else { return nil }
        return context.branches.firstIndex { $0.attempt == attempt.number && $0.target == target && $0.isOpen }
    }

    func cancelBranchTransaction(_ context: ResponseContext, _ index: Int) {
        context.branches[index].isCancelledByUs = true
        // Without a transaction its address is not known yet: the branch ends when the resolver answers.
        if let transaction = clients[context.branches[index].client] { cancel(transaction) }
    }

    /// Cancels every open branch but one (§16.7 step 10).
    func cancelOpenBranches(_ context: ResponseContext, except kept: Int?) {
        guard context.method == .invite else { return }
        for index in context.branches.indices where context.branches[index].isOpen && index != kept {
            cancelBranchTransaction(context, index)
        }
    }

    // MARK: The proxy's own timer

    /// `dead_after` without any response, Timer C, or a CANCEL without effect.
    func proxyTimerFired(_ transaction: ClientTransaction) {
        if case .sent = transaction.cancelling {
            // §9.1: the CANCEL has brought no final response for 64·T1.
            let owner = transaction.owner
            remove(transaction)
            return failed(transaction, owner, .timeout)
        }
        guard case .branch(let context, let index) = transaction.owner else { return }
        guard transaction.number == context.branches[index].client else { return }
        guard context.branches[index].status != 0 else { return leaveBehind(transaction, context, index) }
        guard context.method == .invite else { return }
        let deadline = min(
            context.branches[index].lastProgress + configuration.timerC,
            context.branches[index].startedAt + configuration.maximumRinging)
        if now < deadline {
            transaction.proxyTimer = schedule(TimerPayload(.proxy, 0, transaction.number), after: deadline - now)
        } else {
            // §16.8: Timer C with a provisional response behind it is a CANCEL.
            context.branches[index].isCancelledByUs = true
            cancel(transaction)
        }
    }

    /// The request goes elsewhere or ends; a late 2xx of this transaction still goes upstream.
    private func leaveBehind(_ transaction: ClientTransaction, _ context: ResponseContext, _ index: Int) {
        cancel(transaction)
        branchUnreachable(context, index)
    }
}
