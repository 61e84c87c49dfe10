import SIPCore
public import SIPSyntax
import SIPTransaction

extension UserAgent {
    // MARK: Calling (§13.2)

    /// Calls a URI.
    @discardableResult
    public func call(_ target: SIPURI, _ options: CallOptions = CallOptions()) -> CallNumber {
        let call = newCall()
        call.options = options
        var request = newRequest("INVITE", uri: target.bytes, to: target)
        request.headers += [contact, UserAgent.allow, (bytes("Content-Type"), bytes("application/sdp"))]
        request.body = call.description.offer
        call.timer = after(options.answerLimit) { [unowned self] in cancel(call, .notAnswered) }
        if let delay = options.cancelAfter {
            call.cancelTimer = after(delay) { [unowned self] in cancel(call, .cancelled) }
        }
        call.exchange = exchange(
            request, flow: configuration.outboundFlow,
            onProgress: { [unowned self] response in
                if response.status > 100 { onEvent(.callProgressed(call.number, status: response.status)) }
            },
            onEnd: { [unowned self] exchange, ending in answered(call, exchange, ending) })
        return call.number
    }

    func newCall() -> Call {
        let call = Call(
            number: CallNumber(value: newNumber()),
            description: SessionDescription(address: mediaAddress, sessionID: UInt64.random(in: 1..<1 << 62)))
        calls[call.number.value] = call
        return call
    }

    private var mediaAddress: IPAddress {
        configuration.contact.host.flatMap { IPAddress($0) } ?? IPAddress(v4: 0x7F00_0001)
    }

    /// Ends a call in whatever way its stage has: CANCEL, a refusal, or BYE.
    public func hangUp(_ number: CallNumber) {
        guard let call = calls[number.value] else { return }
        switch call.stage {
        case .offered: call.context == nil ? cancel(call, .cancelled) : refuse(call, 480)
        case .accepted: call.isToEnd = true
        case .established: sendBye(call)
        case .ended: break
        }
    }

    /// Ends every call.
    public func hangUpAll() {
        for call in calls.values { hangUp(call.number) }
    }

    /// How many calls there are.
    public var callCount: Int { calls.count }

    private func cancel(_ call: Call, _ reason: CallEnd) {
        guard call.stage == .offered, call.cancelReason == nil, let exchange = call.exchange else { return }
        call.cancelReason = reason
        shard.cancelOwnRequest(exchange.number)
        // §9.1: without a provisional response nothing can be cancelled yet. The call is over here; should an answer
        // come after all, it is ended.
        if !exchange.hasProgress { finish(call, .notAnswered) }
    }

    // MARK: Answers

    private func answered(_ call: Call, _ exchange: Exchange, _ ending: Exchange.Ending) {
        switch ending {
        case .response(let response) where response.status < 300: accepted(call, exchange, response)
        case .response(let response):
            let contacts = response.status < 400 ? elements(of: response, .contact) : []
            finish(
                call,
                .failed(.rejected(response), contacts: contacts.map { String(decoding: $0, as: UTF8.self) }))
        case .failure(let failure): finish(call, .failed(failure, contacts: []))
        }
    }

    /// §13.2.2.4: each 2xx is acknowledged, each time it comes; the first dialog is the call, others are ended.
    private func accepted(_ call: Call, _ exchange: Exchange, _ response: SIPMessage) {
        guard var dialog = Dialog(callerOf: exchange.request, response) else { return }
        if let known = call.acknowledgements[dialog.remoteTag] { return acknowledge(known) }
        if call.acknowledgements.isEmpty { forgetLater(exchange) }
        var ack = dialog.request("ACK", cseq: exchange.request.cseq)
        ack.headers = exchange.credentialFields
        call.acknowledgements[dialog.remoteTag] = ack
        acknowledge(ack)
        guard call.stage == .offered else {
            // Another phone was faster, or the call is over: this one is told so.
            return sendBye(&dialog) {}
        }
        call.dialog = dialog
        stop(&call.cancelTimer)
        stop(&call.timer)
        established(call, duration: call.options.duration)
        // The answer and the CANCEL have crossed (§9.1).
        if call.cancelReason != nil { sendBye(call) }
    }

    private func acknowledge(_ ack: OwnRequest) {
        guard let message = try? ack.message() else { return }
        shard.sendWithoutTransaction(message)
    }

    /// No 2xx of an INVITE comes later than 64·T1 after the first (RFC 6026 §7.2, timer M).
    private func forgetLater(_ exchange: Exchange) {
        _ = after(shard.configuration.timers.transactionTimeout) { [unowned self] in
            exchanges[exchange.number] = nil
        }
    }

    // MARK: The established call

    func established(_ call: Call, duration: SIPDuration?) {
        call.stage = .established
        onEvent(.callEstablished(call.number))
        if let duration { call.timer = after(duration) { [unowned self] in sendBye(call) } }
    }

    /// Ends an established call (§15.1.1); it is over when the BYE has its answer, or none comes.
    func sendBye(_ call: Call, as end: CallEnd = .hungUp) {
        guard call.stage == .established || call.stage == .accepted, var dialog = call.dialog else { return }
        call.stage = .ended
        sendBye(&dialog) { [unowned self] in finish(call, call.cancelReason ?? end) }
        call.dialog = dialog
    }

    private func sendBye(_ dialog: inout Dialog, _ done: @escaping () -> Void) {
        dialog.localCSeq += 1
        var request = dialog.request("BYE", cseq: dialog.localCSeq)
        request.headers = userAgentField
        exchange(request, flow: nil) { _, _ in done() }
    }

    /// Tells the end of a call and forgets it.
    func finish(_ call: Call, _ end: CallEnd) {
        guard calls.removeValue(forKey: call.number.value) != nil else { return }
        stop(&call.timer)
        stop(&call.cancelTimer)
        call.stage = .ended
        if let dialog = call.dialog {
            dialog.callID.withByteView { callID in
                dialog.localTag.withByteView { shard.endDialog(callID: callID, localTag: $0) }
            }
        }
        onEvent(.callEnded(call.number, isCancellation(end) ? call.cancelReason ?? end : end))
    }

    /// The failure that a CANCEL of ours has brought, 487 or none at all, goes by the reason of the CANCEL.
    private func isCancellation(_ end: CallEnd) -> Bool {
        switch end {
        case .failed(.rejected(status: 487, _), _), .failed(.timeout, _): true
        default: false
        }
    }
}
