import SIPCore
import SIPSyntax
import SIPTransaction

extension UserAgent {
    // MARK: An INVITE outside of dialogs (§13.3)

    func receiveCall(_ context: ResponseContext) {
        let call = newCall()
        guard let description = description(for: context.received, call) else {
            calls[call.number.value] = nil
            return answer(context, ReplyContent(status: 488))
        }
        call.context = context
        onEvent(.callReceived(call.number, from: fromURI(of: context)))
        shard.reply(context, ReplyContent(status: 180, headers: [contact]))
        guard configuration.answering.ringing > .zero else { return decide(call, description) }
        call.timer = after(configuration.answering.ringing) { [unowned self] in decide(call, description) }
    }

    /// Our description: the answer to the INVITE's offer, or an offer when it has none; nil when nothing of the offer
    /// can be taken.
    private func description(for request: borrowing SIPMessage, _ call: Call) -> [UInt8]? {
        guard !request.body.isEmpty else { return call.description.offer }
        guard let offer = SDPSummary(request.body) else { return nil }
        return call.description.answer(to: offer)
    }

    private func decide(_ call: Call, _ description: [UInt8]) {
        stop(&call.timer)
        let status = configuration.answering.status
        if status < 300 { accept(call, description) } else { refuse(call, status) }
    }

    private func accept(_ call: Call, _ description: [UInt8]) {
        guard let context = call.context.take() else { return }
        guard let dialog = Dialog(calleeOf: context.received, localTag: shard.localTag(of: context)) else {
            answer(context, ReplyContent(status: 400, reason: bytes("Missing Contact")))
            return finish(call, .refused(status: 400))
        }
        call.dialog = dialog
        call.stage = .accepted
        answer(context, acceptance(description))
        // §13.3.1.4: without an ACK the dialog stands, and is to be ended.
        call.timer = after(shard.configuration.timers.transactionTimeout) { [unowned self] in
            sendBye(call, as: .notAcknowledged)
        }
    }

    private func acceptance(_ description: [UInt8]) -> ReplyContent {
        ReplyContent(
            status: 200, headers: [contact, UserAgent.allow], body: description,
            contentType: bytes("application/sdp"))
    }

    func refuse(_ call: Call, _ status: Int) {
        guard let context = call.context.take() else { return }
        answer(context, ReplyContent(status: status))
        finish(call, .refused(status: status))
    }

    /// The caller has cancelled; the shard has answered 487 (§9.2).
    func callerCancelled(_ call: Call) {
        call.context = nil
        finish(call, .cancelled)
    }

    // MARK: Requests within dialogs (§12.2.2)

    func receiveInDialog(_ context: ResponseContext) {
        guard let call = call(of: context.received) else {
            if context.method != .ack { answer(context, ReplyContent(status: 481)) }
            return
        }
        if context.method == .ack { return acknowledged(call) }
        guard call.dialog?.take(context.received) == true else {
            return answer(context, ReplyContent(status: 500, reason: bytes("CSeq Out of Order")))
        }
        switch context.method {
        case .bye:
            answer(context, ReplyContent(status: 200))
            finish(call, .hungUpByPeer)
        case .invite: receiveReInvite(context, call)
        case .options: answer(context, ReplyContent(status: 200, headers: capabilities))
        case .message:
            answer(context, ReplyContent(status: 200))
            onEvent(.messageReceived(from: fromURI(of: context), text: context.received.body.string))
        default: answer(context, ReplyContent(status: 405, headers: [UserAgent.allow]))
        }
    }

    private func call(of request: borrowing SIPMessage) -> Call? {
        guard let callID = request.value(of: .callID)?.array, let to = request.value(of: .to),
            let from = request.value(of: .from), let localTag = NameAddrLayout(to)?.tag(in: to)?.array
        else { return nil }
        let remoteTag = NameAddrLayout(from)?.tag(in: from)?.array ?? []
        return calls.values.first { call in
            guard let dialog = call.dialog else { return false }
            return dialog.callID == callID && dialog.localTag == localTag && dialog.remoteTag == remoteTag
        }
    }

    /// The ACK of a 2xx: the first one establishes the call.
    private func acknowledged(_ call: Call) {
        guard call.stage == .accepted else { return }
        stop(&call.timer)
        established(call, duration: configuration.answering.duration)
        if call.isToEnd { sendBye(call) }
    }

    /// §14.2: the session stays as it is, whatever is proposed.
    private func receiveReInvite(_ context: ResponseContext, _ call: Call) {
        guard let description = description(for: context.received, call) else {
            return answer(context, ReplyContent(status: 488))
        }
        answer(context, acceptance(description))
    }
}
