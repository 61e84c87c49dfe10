import SIPProxy
public import SIPSyntax
import SIPTransaction

/// Response processing of a stateful proxy (§16.7).
extension Shard {
    /// A response of a branch's client transaction.
    func branchReceived(
        _ context: ResponseContext, _ index: Int, _ transaction: ClientTransaction, _ response: SIPMessage
    ) {
        let status = response.status
        if status < 200 {
            provisional(context, index, transaction, response)
        } else if status < 300 {
            hooked(context, index, transaction.number, response)
        } else if transaction.number == context.branches[index].client {
            branchFailed(context, index, response)
        }
    }

    private func provisional(
        _ context: ResponseContext, _ index: Int, _ transaction: ClientTransaction, _ response: SIPMessage
    ) {
        // §9.1: a CANCEL that was wanted before has its moment with the first provisional response.
        if case .wanted = transaction.cancelling { sendCancel(transaction) }
        guard transaction.number == context.branches[index].client else { return }
        context.branches[index].status = response.status
        context.branches[index].lastProgress = now
        // §16.7 step 5: a 100 goes no further; RFC 4320 §4.1: nor does any other 1xx but to INVITE.
        guard response.status > 100, context.method == .invite, context.isOpen,
            !context.branches[index].isCancelledByUs
        else { return }
        hooked(context, index, transaction.number, response)
    }

    // MARK: The reply hook

    /// Shows the policy a response when it asked for it, and goes on with what it made of it.
    private func hooked(_ context: ResponseContext, _ index: Int, _ client: UInt64, _ response: SIPMessage) {
        guard let attempt = context.attempt, attempt.options.hasReplyHook,
            attempt.number == context.branches[index].attempt, context.isOpen, !context.isHandlerDone
        else { return proceed(context, index, client, response, isEdited: false) }
        var edited = response
        switch user.responseReceived(context, branch: index, &edited) {
        case .proceed: proceed(context, index, client, edited, isEdited: true)
        case .failed: proceed(context, index, client, response, isEdited: false)
        case .waiting:
            context.heldResponses.append(HeldResponse(branch: index, message: response, client: client))
        }
    }

    /// A hook that waited has ended; nil when it failed, and the response goes up as it was received.
    public func responseHookEnded(_ context: ResponseContext, branch: Int, status: Int, _ edited: SIPMessage?) {
        let found = context.heldResponses.firstIndex { $0.branch == branch && $0.message.status == status }
        guard let place = found else { return }
        let held = context.heldResponses.remove(at: place)
        guard held.message.status >= 300 else {
            return proceed(context, branch, held.client, edited ?? held.message, isEdited: edited != nil)
        }
        // The best response of all branches, chosen by `finishWithBest`.
        guard context.isOpen else { return releaseIfDone(context) }
        guard let edited else { return reply(context, ReplyContent(status: 500)) }
        finishWithResponse(context, edited)
        releaseIfDone(context)
    }

    private func proceed(
        _ context: ResponseContext, _ index: Int, _ client: UInt64, _ response: SIPMessage, isEdited: Bool
    ) {
        if response.status >= 200 {
            accepted(context, index, client, response, isEdited: isEdited)
        } else if context.isOpen, let server = servers[context.transaction] {
            noteProvisional(context)
            forwardUpstream(server, response)
        }
    }

    // MARK: 2xx

    /// A 2xx: for INVITE every one goes upstream, for other methods the first (§16.7 step 5).
    private func accepted(
        _ context: ResponseContext, _ index: Int, _ client: UInt64, _ response: SIPMessage, isEdited: Bool
    ) {
        let isFirst = context.isOpen
        if let transaction = clients[client] { release(transaction, to: context.transaction) }
        if isFirst || context.method == .invite { sendSuccess(context, response, isEdited: isEdited) }
        if context.method == .invite, context.branches[index].client != client,
            let later = clients[context.branches[index].client]
        {
            // The first address has answered after all: the next one, tried meanwhile, is cancelled.
            cancel(later)
        }
        context.branches[index].client = 0
        context.branches[index].isOpen = false
        context.branches[index].prepared = nil
        guard isFirst else { return releaseIfDone(context) }
        let isAwaited = context.attempt.map { !$0.machine.isEnded } ?? false
        finishUpstream(context)
        context.bestStatus = response.status
        context.bestResponse = response
        context.bestTarget = targetURI(context, index)
        cancelOpenBranches(context, except: index)
        let target = context.attempt?.number == context.branches[index].attempt ? context.branches[index].target : nil
        attemptEvent(context) { machine, sink in machine.accepted(target, into: &sink) }
        if !isAwaited, !context.isHandlerDone { pendingUserCalls.append(.cancelled(context)) }
        releaseIfDone(context)
    }

    /// The transaction waits for further 2xx on its own account: the context may go.
    private func release(_ transaction: ClientTransaction, to server: UInt64) {
        stop(&transaction.proxyTimer)
        transaction.request = nil
        transaction.owner = transaction.method == .invite ? .server(server) : .nobody
    }

    private func sendSuccess(_ context: ResponseContext, _ response: SIPMessage, isEdited: Bool) {
        guard let server = servers[context.transaction] else { return }
        rememberAccepted(context, server)
        outbox.begin()
        response.write(to: outbox.bytes)
        if server.hasFailed {
            // §16.7 step 5: a 2xx goes upstream even after another final response.
            outbox.finish(to: server.flow)
        } else {
            respond(server, status: response.status, isForwarded: !isEdited)
        }
    }

    private func targetURI(_ context: ResponseContext, _ index: Int) -> [UInt8] {
        context.branches[index].uri ?? context.message.requestURI.array
    }

    // MARK: The best response (§16.7 step 6)

    /// Takes a final status into account; the later of two equal ones wins.
    func note(_ context: ResponseContext, status: Int, response: SIPMessage?, target index: Int?) {
        guard context.isOpen else { return }
        if status == 401 || status == 407, let response { context.challenges.append(response) }
        noteForAttempt(context, status: status, response: response, target: index)
        guard context.bestStatus == 0 || BestResponse.isBetter(status, than: context.bestStatus) else { return }
        context.bestStatus = status
        context.bestResponse = response
        context.bestTarget = index.map { targetURI(context, $0) }
        context.bestBranch = index ?? 0
        context.bestIsHooked = context.attempt?.options.hasReplyHook ?? false
    }

    /// The same for the attempt alone, whose outcome tells of its own branches.
    private func noteForAttempt(_ context: ResponseContext, status: Int, response: SIPMessage?, target index: Int?) {
        guard let attempt = context.attempt,
            index.map({ context.branches[$0].attempt == attempt.number }) ?? true,
            attempt.bestStatus == 0 || BestResponse.isBetter(status, than: attempt.bestStatus)
        else { return }
        attempt.bestStatus = status
        attempt.bestResponse = response
        attempt.bestTarget = index.map { targetURI(context, $0) }
    }

    /// Sends the best response of all branches upstream.
    func finishWithBest(_ context: ResponseContext) {
        guard context.isOpen else { return }
        // RFC 4320 §4.2: no 408 for anything but INVITE; its sender's own timer says the same.
        if context.bestStatus == 408, context.method != .invite { return drop(context) }
        guard var response = context.bestResponse else {
            return reply(context, ReplyContent(status: context.bestStatus == 0 ? 408 : context.bestStatus))
        }
        guard context.bestIsHooked else { return finish(context, response) }
        let received = response
        switch user.responseReceived(context, branch: context.bestBranch, &response) {
        case .failed: reply(context, ReplyContent(status: 500))
        case .waiting:
            context.heldResponses.append(HeldResponse(branch: context.bestBranch, message: received, client: 0))
        case .proceed: finish(context, response)
        }
    }

    private func finish(_ context: ResponseContext, _ response: SIPMessage) {
        finishWithResponse(context, response)
        releaseIfDone(context)
    }

    /// Sends a final response that was received, changed as §16.7 asks.
    func finishWithResponse(_ context: ResponseContext, _ received: SIPMessage) {
        let status = BestResponse.upstreamStatus(received.status)
        guard status == received.status else { return reply(context, ReplyContent(status: status)) }
        guard let server = servers[context.transaction] else { return }
        var response = received
        if status == 401 || status == 407 { mergeChallenges(context, received, into: &response) }
        stop(&context.tryingTimer)
        finishUpstream(context)
        forwardUpstream(server, response)
    }

    /// §16.7 step 7: the challenges of all 401 and 407 responses go upstream together.
    private func mergeChallenges(
        _ context: ResponseContext, _ received: SIPMessage, into response: inout SIPMessage
    ) {
        for other in context.challenges where !other.isIdentical(to: received) {
            for index in 0..<other.fieldCount {
                let name = other.fieldName(at: index)
                guard name == .wwwAuthenticate || name == .proxyAuthenticate else { continue }
                response.insertField(name, value: other.fieldValue(at: index), at: response.fieldCount)
            }
        }
    }

    // MARK: The end of the request

    /// A final response is on its way upstream.
    func finishUpstream(_ context: ResponseContext) {
        context.isFinished = true
        stop(&context.tryingTimer)
        cancelOpenBranches(context, except: nil)
    }

    /// The policy's handler has ended (see "How a handler ends" in the policy reference).
    public func handlerEnded(_ context: ResponseContext, failed: Bool) {
        guard !context.isHandlerDone else { return }
        context.isHandlerDone = true
        if context.method != .ack, context.isOpen {
            if failed {
                reply(context, ReplyContent(status: 500))
                // Nothing more is tried: the attempt ends with the branches that are open.
                attemptEvent(context) { machine, sink in machine.cancel(into: &sink) }
            } else if context.isCancelled {
                if !context.hasOpenBranch { reply(context, ReplyContent(status: 487)) }
            } else if !context.hasActed {
                counters.noDecision &+= 1
                reply(context, ReplyContent(status: 500))
            } else if context.attempt?.machine.isEnded ?? true {
                finishWithBest(context)
            }
        }
        releaseIfDone(context)
    }

    /// The handler is ended by force: branches run on, and the best response goes upstream when the last has ended.
    public func handlerAbandoned(_ context: ResponseContext) {
        context.isHandlerDone = true
        if !context.hasOpenBranch { handlerless(context) }
    }

    /// What the handler would do when the last branch has ended, for a context without one.
    func handlerless(_ context: ResponseContext) {
        guard context.isHandlerDone, !context.hasOpenBranch, context.heldResponses.isEmpty else { return }
        if context.isOpen, context.hasActed { finishWithBest(context) }
        releaseIfDone(context)
    }

    /// Lets go of the context when nothing can happen to it any more.
    func releaseIfDone(_ context: ResponseContext) {
        guard context.isHandlerDone, !context.isOpen || context.method == .ack, !context.hasOpenBranch,
            context.heldResponses.isEmpty, !context.isReleased
        else { return }
        context.isReleased = true
        stop(&context.tryingTimer)
        servers[context.transaction]?.context = nil
        pendingUserCalls.append(.contextEnded(context))
    }
}
