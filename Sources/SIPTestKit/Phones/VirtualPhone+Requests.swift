import SIPSyntax
import SIPTransaction

/// The user agent client (§8.1, §17.1).
extension VirtualPhone {
    /// Sends a request and repeats it until an answer comes.
    func send(
        _ message: PhoneMessage, to destination: PhoneAddress, onResponse: @escaping (PhoneMessage) -> Void,
        onTimeout: @escaping () -> Void = {}
    ) {
        let request = PhoneRequest(message, to: destination, onResponse: onResponse, onTimeout: onTimeout)
        requests[message.branch + message.method] = request
        transmit(message, request.bytes, to: destination)
        request.sentCount = 1
        if !destination.transport.isReliable { planRepeat(request, t1) }
        network.schedule(after: t1 * 64) { [weak self] in self?.timedOut(request) }
    }

    private func planRepeat(_ request: PhoneRequest, _ interval: SIPDuration) {
        network.schedule(after: interval) { [weak self] in
            guard let self, request.final == nil, !(request.isInvite && request.hasProvisional) else { return }
            guard requests[request.message.branch + request.message.method] === request else { return }
            transmit(request.message, request.bytes, to: request.destination)
            request.sentCount += 1
            let doubled = request.hasProvisional ? t2 : interval * 2
            planRepeat(request, request.isInvite ? doubled : min(doubled, t2))
        }
    }

    /// Timer B or F. An INVITE that rings is left alone; it is kept for as long as its failure may be repeated.
    private func timedOut(_ request: PhoneRequest) {
        let key = request.message.branch + request.message.method
        guard requests[key] === request else { return }
        if request.final == nil {
            if request.isInvite, request.hasProvisional { return }
            request.onTimeout()
        }
        requests[key] = nil
    }

    func receivedResponse(_ response: PhoneMessage) {
        let key = response.branch + response.method
        guard let request = requests[key] else { return }
        let status = response.status
        if status < 200 {
            request.hasProvisional = true
            if request.final == nil { request.onResponse(response) }
            return
        }
        // §17.1.1.3: every failure of an INVITE is acknowledged, the repeated ones too.
        if request.isInvite, status >= 300 { acknowledgeFailure(request, response) }
        let isRepeated = request.final != nil
        request.final = request.final ?? status
        if !isRepeated || (request.isInvite && status < 300) { request.onResponse(response) }
        guard !isRepeated else { return }
        // Kept for the repeats of its failure or its 2xx, then forgotten.
        network.schedule(after: t1 * 64) { [weak self] in self?.requests[key] = nil }
    }

    private func acknowledgeFailure(_ request: PhoneRequest, _ response: PhoneMessage) {
        let invite = request.message
        var fields = [("Via", invite.all("Via")[0])]
        fields += invite.all("Route").map { ("Route", $0) }
        fields += [
            ("Max-Forwards", "70"), ("From", invite["From"] ?? ""), ("To", response["To"] ?? ""),
            ("Call-ID", invite.callID), ("CSeq", "\(invite.cseq) ACK"),
        ]
        let ack = PhoneMessage(startLine: "ACK \(invite.uri) SIP/2.0", fields: fields)
        transmit(ack, ack.bytes, to: request.destination)
    }

    /// CANCEL of a request: the same branch (§9.1).
    func cancel(_ invite: PhoneMessage, _ destination: PhoneAddress, onResponse: @escaping (PhoneMessage) -> Void) {
        var fields = [("Via", invite.all("Via")[0])]
        fields += invite.all("Route").map { ("Route", $0) }
        fields += [
            ("Max-Forwards", "70"), ("From", invite["From"] ?? ""), ("To", invite["To"] ?? ""),
            ("Call-ID", invite.callID), ("CSeq", "\(invite.cseq) CANCEL"),
        ]
        send(
            PhoneMessage(startLine: "CANCEL \(invite.uri) SIP/2.0", fields: fields), to: destination,
            onResponse: onResponse)
    }
}
