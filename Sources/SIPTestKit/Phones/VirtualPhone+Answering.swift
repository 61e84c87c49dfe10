import SIPTransaction

/// The user agent server (§8.2, §13.3, §17.2).
extension VirtualPhone {
    func receivedRequest(_ request: PhoneMessage, _ packet: PacketAddresses) {
        if request.method == "ACK" { return receivedAck(request) }
        let key = request.branch + request.method
        if let known = answering[key] {
            if let last = known.last { transmitBack(request, last, packet) }
            return
        }
        let transaction = PhoneAnswering(request, packet)
        answering[key] = transaction
        if keepsLog { incoming.append(transaction) }
        network.schedule(after: t1 * 64) { [weak self] in
            guard let self, transaction.request.method != "INVITE" || transaction.status >= 200 else { return }
            answering[key] = nil
        }
        switch request.method {
        case "INVITE": receivedInvite(transaction, key)
        case "CANCEL": receivedCancel(transaction)
        default: receivedOther(transaction)
        }
    }

    private func receivedOther(_ transaction: PhoneAnswering) {
        guard !isSilent, !isManual else { return }
        let request = transaction.request
        var status = answers[request.method] ?? 200
        if request.method == "BYE" {
            if let call = callsByKey[request.callID + "|" + (request.toTag ?? "")] {
                call.isEnded = true
            } else {
                status = 481
            }
        }
        respond(transaction, status, toTag: request.toTag ?? newToken())
    }

    private func receivedCancel(_ transaction: PhoneAnswering) {
        let request = transaction.request
        guard !isSilent else { return }
        guard let invite = answering[request.branch + "INVITE"] else {
            return respond(transaction, 481, toTag: newToken())
        }
        respond(transaction, 200, toTag: newToken())
        guard invite.status < 200, let call = call(for: invite), !behaviour.isDead else { return }
        call.isCancelled = true
        call.answer(487)
    }

    private func call(for transaction: PhoneAnswering) -> PhoneCall? {
        calls.last { $0.answeringKey == transaction.request.branch + "INVITE" }
    }

    // MARK: INVITE

    private func receivedInvite(_ transaction: PhoneAnswering, _ key: String) {
        let request = transaction.request
        if let tag = request.toTag {
            guard let call = callsByKey[request.callID + "|" + tag] else {
                return respond(transaction, 481, toTag: tag)
            }
            call.answeringKey = key
            call.remoteTarget = PhoneMessage.uri(in: request["Contact"] ?? call.remoteTarget)
            return respond(transaction, 200, toTag: tag)
        }
        let call = PhoneCall(phone: self, callID: request.callID, localTag: newToken(), isCaller: false)
        call.invite = request
        call.answeringKey = key
        call.remoteTag = request.fromTag
        call.remoteURI = PhoneMessage.uri(in: request["From"] ?? "")
        call.remoteTarget = PhoneMessage.uri(in: request["Contact"] ?? "")
        call.routes = request.all("Record-Route")
        calls.append(call)
        callsByKey[call.key] = call
        onCall?(call)
        act(call)
    }

    private func act(_ call: PhoneCall) {
        let plan = behaviour
        guard !plan.isDead, !isManual else { return }
        if plan.rings, call.answered == 0 { call.answer(180) }
        guard let status = plan.status else { return }
        if plan.after == .zero { return call.answer(status, fields: plan.fields) }
        network.schedule(after: plan.after) { call.answer(status, fields: plan.fields) }
    }

    private func receivedAck(_ ack: PhoneMessage) {
        if let failed = answering[ack.branch + "INVITE"], failed.status >= 300 {
            failed.isAcknowledged = true
            return
        }
        guard let call = callsByKey[ack.callID + "|" + (ack.toTag ?? "")] else { return }
        call.isConfirmed = true
        call.ackCount += 1
        answering[call.answeringKey]?.isAcknowledged = true
    }

    // MARK: Responses

    func respond(
        _ transaction: PhoneAnswering, _ status: Int, toTag: String, fields: [(name: String, value: String)] = []
    ) {
        let request = transaction.request
        var lines = request.all("Via").map { (name: "Via", value: $0) }
        lines.append(("From", request["From"] ?? ""))
        let to = request["To"] ?? ""
        lines.append(("To", request.toTag == nil && status > 100 ? "\(to);tag=\(toTag)" : to))
        lines.append(("Call-ID", request.callID))
        lines.append(("CSeq", request["CSeq"] ?? ""))
        if status > 100, status < 300 {
            lines += request.all("Record-Route").map { ("Record-Route", $0) }
            lines.append(("Contact", "<\(contact)>"))
        }
        lines += fields
        let response = PhoneMessage(startLine: "SIP/2.0 \(status) \(VirtualPhone.reason(status))", fields: lines)
        let bytes = response.bytes
        transaction.last = bytes
        transaction.status = status
        transmitBack(response, bytes, transaction.packet)
        if request.method == "INVITE", status >= 200, status < 300 || transaction.packet.connection == 0 {
            planRepeat(transaction, response, bytes, t1, until: network.now + t1 * 64)
        }
    }

    /// §13.3.1.4 and timer G: the final response again until its ACK.
    private func planRepeat(
        _ transaction: PhoneAnswering, _ response: PhoneMessage, _ bytes: [UInt8], _ interval: SIPDuration,
        until end: SIPInstant
    ) {
        network.schedule(after: interval) { [weak self] in
            guard let self, !transaction.isAcknowledged else { return }
            guard network.now < end else {
                answering[transaction.request.branch + "INVITE"] = nil
                // §13.3.1.4: a 2xx that nobody acknowledges is no call.
                if transaction.status < 300 { call(for: transaction)?.giveUp() }
                return
            }
            transmitBack(response, bytes, transaction.packet)
            planRepeat(transaction, response, bytes, min(interval * 2, t2), until: end)
        }
    }

    static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Trying"
        case 180: "Ringing"
        case 200: "OK"
        case 486: "Busy Here"
        case 487: "Request Terminated"
        case 603: "Decline"
        default: "Status"
        }
    }
}

extension PhoneCall {
    /// Answers a call that came in: 180, 200, 486, …; after a final status nothing more.
    public func answer(_ status: Int, fields: [(name: String, value: String)] = []) {
        guard !isCaller, answered < 200, let transaction = phone.answering[answeringKey] else { return }
        answered = status
        phone.respond(transaction, status, toTag: localTag, fields: fields)
    }

    /// Rings.
    public func ring() { answer(180) }
}
