import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

extension Shard {
    /// A request came in: matched to its transaction, or checked and given to the transaction user (§16.3, §17.2.3).
    func receiveRequest(_ received: consuming SIPMessage, _ flow: Flow) {
        counters.requests &+= 1
        var message = received
        guard let via = readTopVia(&message, flow) else {
            counters.malformed &+= 1
            return
        }
        let key = transactionKey(of: message, via)
        if let number = serverTable.number(for: key), let transaction = servers[number],
            // An ACK with the branch of an accepted INVITE is a user agent's of RFC 2543: it goes to the other end.
            message.method != .ack || !transaction.isAccepted
        {
            return repeated(message, transaction)
        }
        switch message.method {
        case .cancel: receiveCancel(message, via, flow, key)
        case .ack: receiveAck(message, via, flow)
        default: receiveNew(message, via, flow, key)
        }
    }

    /// A request of a transaction that is known: a retransmission, or the ACK of a failure.
    private func repeated(_ message: borrowing SIPMessage, _ transaction: ServerTransaction) {
        counters.retransmissionsAbsorbed &+= 1
        if message.method == .ack {
            serverEvent(transaction) { machine, sink in machine.ackReceived(self.configuration.timers, into: &sink) }
        } else {
            serverRequestRepeated(transaction)
        }
    }

    /// Reads the top Via and notes the source in it (§18.2.1, RFC 3581 §4); nil when there is none to answer to.
    private func readTopVia(_ message: inout SIPMessage, _ flow: Flow) -> TopVia? {
        guard let index = message.firstIndex(of: .via) else { return nil }
        let value = message.fieldValue(at: index)
        var elements = HeaderElements(value)
        guard let range = elements.next(), let layout = ViaLayout(value[range]) else { return nil }
        let isOnly = elements.isAtEnd && message.firstIndex(of: .via, from: index + 1) == nil
        let via = TopVia(value[range], layout, flow, isOnly: isOnly, key: transactionHashKey)
        guard via.needsReceived || via.needsRport else { return via }
        scratch.removeAll()
        via.write(value[range], layout, flow, to: scratch)
        scratch.append(value.suffix(from: range.upper))
        message.setFieldValue(at: index, scratch.view)
        return via
    }

    // MARK: A new request

    private func receiveNew(
        _ message: consuming SIPMessage, _ via: TopVia, _ flow: Flow, _ key: TransactionKey
    ) {
        if servers.count >= configuration.maximumTransactions {
            counters.overload &+= 1
            return replyStatelessly(message, via.responseFlow, 503, "Overloaded", extra: "Retry-After: 2\r\n")
        }
        if message.flaw.kind != .none {
            counters.malformed &+= 1
            return replyStatelessly(
                message, via.responseFlow, message.flaw.status, message.flaw.reasonPhrase)
        }
        let check = RequestCheck.run(
            message, configuration.identity, keys: configuration.keys, mayHaveBeenHere: !via.isOnly || via.looksOurs)
        let transaction = makeServerTransaction(message, via, key)
        switch check {
        case .reject(let rejection):
            if rejection.isLoop { counters.loops &+= 1 }
            return respondAtOnce(transaction, message, rejection)
        case .answerOptions:
            return answerOptions(transaction, message)
        case .proceed(let facts):
            begin(transaction, message, facts, flow, via)
        }
    }

    private func makeServerTransaction(
        _ message: borrowing SIPMessage, _ via: TopVia, _ key: TransactionKey
    ) -> ServerTransaction {
        let isReliable = via.responseFlow.transport.isReliable
        let isInvite = message.method == .invite
        let transaction = servers.insert { number in
            ServerTransaction(
                number: number, key: key,
                machine: isInvite
                    ? .invite(InviteServerTransaction(isReliable: isReliable))
                    : .nonInvite(NonInviteServerTransaction(isReliable: isReliable)),
                flow: via.responseFlow)
        }
        serverTable.insert(key, transaction.number)
        return transaction
    }

    private func begin(
        _ transaction: ServerTransaction, _ message: consuming SIPMessage, _ facts: RequestFacts, _ flow: Flow,
        _ via: TopVia
    ) {
        let context = makeContext(message, facts, flow, via)
        context.transaction = transaction.number
        transaction.context = context
        if isRefusedPreload(context) {
            return refuse(context, 403, "Preloaded Route Not Allowed")
        }
        if isOptionsForServer(context) {
            transaction.context = nil
            return answerOptions(transaction, context.received)
        }
        if context.hasToTag, takesDialogRequest(context) { return }
        let isInvite = transaction.isInvite
        // RFC 4320 §4.1: a request other than INVITE gets a 100 only once its sender retransmits every T2.
        if isInvite || !transaction.flow.transport.isReliable {
            let delay = isInvite ? configuration.tryingDelay : SIPDuration.milliseconds(3500)
            context.tryingTimer = schedule(TimerPayload(.trying, 0, transaction.number), after: delay)
        }
        user.requestReceived(context)
    }

    /// Applies route preprocessing and collects what is known of the request (§16.4).
    func makeContext(
        _ received: consuming SIPMessage, _ facts: RequestFacts, _ flow: Flow, _ via: TopVia
    ) -> ResponseContext {
        let message = received
        let context = ResponseContext(shard: self, message: message, source: flow, route: RouteFinding())
        context.route = RoutePreprocessing.run(
            &context.message, configuration.identity, keys: configuration.keys)
        context.hasToTag = facts.hasToTag
        context.isTrusted = configuration.identity.isTrusted(flow.remote.ip)
        context.isFirstHop = via.isOnly
        context.isDirect = via.isDirect
        context.viaHash = via.hasher.finish64()
        return context
    }

    /// Route values of a stranger lead a request around the policy, so they are refused (403) outside of dialogs.
    private func isRefusedPreload(_ context: ResponseContext) -> Bool {
        context.route.hasRemaining && !context.isInDialog && !context.isTrusted
            && !configuration.allowsPreloadedRoutes
    }

    /// An OPTIONS whose Route named only this server is for it all the same (§11, §16.4).
    private func isOptionsForServer(_ context: ResponseContext) -> Bool {
        guard context.method == .options, !context.hasToTag, context.route.ownValues > 0,
            !context.route.hasRemaining, let uri = URILayout(context.message.requestURI), uri.user.isAbsent
        else { return false }
        return configuration.identity.isLocal(uri, in: context.message.requestURI)
    }

    private func refuse(_ context: ResponseContext, _ status: Int, _ reason: StaticString) {
        context.isHandlerDone = true
        reply(context, ReplyContent(status: status, reason: ByteView(reason).array))
    }

    // MARK: ACK

    /// An ACK that matches no transaction here is for a 2xx: it goes along its route, or to the dialog made here.
    private func receiveAck(_ message: consuming SIPMessage, _ via: TopVia, _ flow: Flow) {
        guard message.flaw.kind == .none else {
            counters.malformed &+= 1
            return
        }
        guard
            case .proceed(let facts) = RequestCheck.run(
                message, configuration.identity, keys: configuration.keys, mayHaveBeenHere: !via.isOnly || via.looksOurs
            )
        else {
            counters.strayAcks &+= 1
            return
        }
        let context = makeContext(message, facts, flow, via)
        if takesDialogRequest(context) { return }
        if context.isInDialog || configuration.isStateless || ackMatchesAccepted(context.received) {
            user.requestReceived(context)
        } else {
            counters.strayAcks &+= 1
        }
    }

    // MARK: CANCEL

    /// A CANCEL is answered here, hop by hop; the INVITE that it names ends (§9.2, §16.10).
    private func receiveCancel(
        _ message: consuming SIPMessage, _ via: TopVia, _ flow: Flow, _ key: TransactionKey
    ) {
        guard message.flaw.kind == .none else {
            counters.malformed &+= 1
            return replyStatelessly(message, via.responseFlow, 400, message.flaw.reasonPhrase)
        }
        let inviteKey = transactionKey(of: message, via, asInvite: true)
        guard let number = serverTable.number(for: inviteKey), let invite = servers[number] else {
            if configuration.isStateless { return receiveNew(message, via, flow, key) }
            let transaction = makeServerTransaction(message, via, key)
            return respondAtOnce(transaction, message, Rejection(481, "Call/Transaction Does Not Exist"))
        }
        let transaction = makeServerTransaction(message, via, key)
        respondAtOnce(transaction, message, Rejection(200, "OK"))
        if let context = invite.context { cancelled(context) }
    }
}
