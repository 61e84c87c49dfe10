import SIPProxy
public import SIPSyntax
import SIPTransaction

extension Shard {
    // MARK: Replies of the transaction user

    /// Answers a request (§8.2.6); a final response finishes it and cancels what is still open.
    ///
    /// Nothing happens for an ACK, and for a request that is finished.
    public func reply(_ context: ResponseContext, _ content: ReplyContent) {
        guard context.isOpen, context.method != .ack else { return }
        context.hasActed = context.hasActed || content.status >= 200
        guard let transaction = servers[context.transaction] else { return }
        // RFC 4320 §4: a request other than INVITE gets no provisional response but a late 100, and no 408.
        if !transaction.isInvite {
            if content.status < 200 { return }
            if content.status == 408 { return drop(context) }
        }
        // First, because CANCELs for open branches are written into the same outbox.
        if content.status >= 200 { finishUpstream(context) } else { noteProvisional(context) }
        let isSuccess = transaction.isInvite && content.status >= 200 && content.status < 300
        if isSuccess {
            openLocalDialog(context, transaction)
            write(withContact(content, context), to: context.received)
        } else {
            write(content, to: context.received)
        }
        respond(transaction, status: content.status, isForwarded: false)
        releaseIfDone(context)
    }

    /// A provisional response is out: a 100 would tell nothing new, and retransmissions get the last one.
    func noteProvisional(_ context: ResponseContext) {
        stop(&context.tryingTimer)
        context.hasSentTrying = true
    }

    /// §12.1.1: a 2xx that makes a dialog has a Contact; without one of the policy's it is the listener.
    private func withContact(_ content: ReplyContent, _ context: ResponseContext) -> ReplyContent {
        let isThere = content.headers.contains { $0.name.withByteView { HeaderName($0) } == .contact }
        guard !isThere else { return content }
        let listener = configuration.identity.listeners[Int(context.source.listener)]
        scratch.removeAll()
        scratch.append("Contact: <sip:")
        scratch.append(listener.sentByHost)
        scratch.append(UInt8(ascii: ":"))
        scratch.append(decimal: UInt64(listener.sentByPort))
        if listener.transport != .udp {
            scratch.append(";transport=")
            scratch.append(listener.transport.uriName)
        }
        scratch.append(">\r\n")
        var content = content
        content.extraLines.append(scratch.view)
        return content
    }

    /// Sends a response that was received or chosen, upstream (`req:reply(outcome.response)`).
    public func reply(_ context: ResponseContext, forwarding response: SIPMessage) {
        guard context.isOpen, context.method != .ack else { return }
        context.hasActed = true
        finishWithResponse(context, response)
        releaseIfDone(context)
    }

    /// Takes a request without an answer; repeats are absorbed for as long as the transaction lasts.
    public func drop(_ context: ResponseContext) {
        guard context.isOpen else { return }
        context.hasActed = true
        context.isDropped = true
        stop(&context.tryingTimer)
        cancelOpenBranches(context, except: nil)
        guard let transaction = servers[context.transaction] else { return }
        // The machine waits for a response that never comes, so the end of the transaction is set here: 64·T1, after
        // which no repeat is on its way.
        transaction.timeoutTimer = schedule(
            TimerPayload(.server, ServerEnd.dropped, transaction.number),
            after: configuration.timers.transactionTimeout)
        releaseIfDone(context)
    }

    /// 100 Trying, which asks for no tag (§8.2.6.1, §16.7 step 2).
    func sendTrying(_ context: ResponseContext) {
        stop(&context.tryingTimer)
        guard !context.hasSentTrying, context.isOpen, let transaction = servers[context.transaction] else { return }
        context.hasSentTrying = true
        outbox.begin()
        ResponseWriter.writeTrying(context.received, to: outbox.bytes)
        respond(transaction, status: 100, isForwarded: false)
    }

    /// Whether 100 belongs to what the context is about to do: an INVITE that waits.
    public func handlerWaits(_ context: ResponseContext) {
        if context.method == .invite { sendTrying(context) }
    }

    // MARK: Replies of the core

    /// Answers with a transaction that has no context.
    func respondAtOnce(_ transaction: ServerTransaction, _ message: borrowing SIPMessage, _ rejection: Rejection) {
        write(
            ReplyContent(
                status: rejection.status, reason: ByteView(rejection.reason).array, extraLines: rejection.extra),
            to: message)
        respond(transaction, status: rejection.status, isForwarded: false)
    }

    /// Answers without a transaction (§8.2.7): what could not be accepted in any way.
    func replyStatelessly(
        _ message: borrowing SIPMessage, _ flow: Flow, _ status: Int, _ reason: String, extra: StaticString = ""
    ) {
        guard message.method != .ack else { return }
        write(
            ReplyContent(status: status, reason: Array(reason.utf8), extraLines: ByteView(extra).array), to: message)
        outbox.finish(to: flow)
    }

    /// OPTIONS for the server itself (§11.2): what it can do.
    func answerOptions(_ transaction: ServerTransaction, _ message: borrowing SIPMessage) {
        write(
            ReplyContent(
                status: 200, reason: ByteView("OK").array, extraLines: ByteView(Shard.capabilities).array), to: message)
        respond(transaction, status: 200, isForwarded: false)
    }

    private static let capabilities: StaticString = """
        Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REGISTER, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE, INFO, PRACK, UPDATE, REFER\r
        Accept: application/sdp\r
        Accept-Encoding: identity\r
        Accept-Language: en\r
        Supported: path\r\n
        """

    private func write(_ content: ReplyContent, to request: borrowing SIPMessage) {
        scratch.removeAll()
        LocalTag.write(for: request, key: configuration.keys, to: scratch)
        outbox.begin()
        ResponseWriter.write(
            content, to: request, toTag: scratch.view, serverName: configuration.serverName, out: outbox.bytes)
    }
}

/// Ends of a server transaction that the machines do not know.
enum ServerEnd {
    /// The policy dropped the request.
    static let dropped: UInt8 = 200
}
