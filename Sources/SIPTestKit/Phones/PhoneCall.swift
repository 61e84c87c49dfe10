/// A call of a phone, from either end.
public final class PhoneCall {
    public unowned let phone: VirtualPhone
    public let callID: String
    public let localTag: String
    public let isCaller: Bool
    public internal(set) var remoteTag: String?
    /// The other end's address-of-record, as From or To has it.
    public internal(set) var remoteURI = ""
    /// The other end's Contact.
    public internal(set) var remoteTarget = ""
    /// The route set, in the order in which requests carry it.
    public internal(set) var routes: [String] = []
    /// The caller's provisional statuses but 100, repeats included.
    public internal(set) var provisionals: [Int] = []
    /// How many 100 came.
    public internal(set) var tryingCount = 0
    /// The caller's final status; 408 of its own after 64·T1 without an answer.
    public internal(set) var final: Int?
    /// The caller's final response.
    public internal(set) var finalResponse: PhoneMessage?
    /// The To tags of all 2xx that came, in order, without repeats.
    public internal(set) var acceptedTags: [String] = []
    /// How many 2xx came, repeats included.
    public internal(set) var acceptedCount = 0
    /// The caller's own timer ended the INVITE.
    public internal(set) var isTimedOut = false
    /// The INVITE as sent or received.
    public internal(set) var invite: PhoneMessage?
    /// The callee has its ACK.
    public internal(set) var isConfirmed = false
    /// How many ACKs the callee has got for its 2xx.
    public internal(set) var ackCount = 0
    /// The callee was cancelled.
    public internal(set) var isCancelled = false
    /// A BYE was answered, or came.
    public internal(set) var isEnded = false
    /// The status of the last answer to an in-dialog request by method.
    public internal(set) var statuses: [String: Int] = [:]
    /// The callee's 2xx was repeated for 64·T1 and never acknowledged; it hangs up.
    public internal(set) var isGivenUp = false
    /// The status of the answer to CANCEL.
    public internal(set) var cancelStatus: Int?

    /// The callee's last answer.
    var answered = 0
    var answeringKey = ""
    var localCSeq = 0
    var destination: PhoneAddress?
    var isCancelWanted = false
    var hasAuthorized = false

    init(phone: VirtualPhone, callID: String, localTag: String, isCaller: Bool) {
        self.phone = phone
        self.callID = callID
        self.localTag = localTag
        self.isCaller = isCaller
    }

    var key: String { callID + "|" + localTag }

    /// Whether there is a dialog: the caller has a 2xx, the callee gave one.
    public var isEstablished: Bool { (isCaller ? final : answered).map { (200..<300).contains($0) } ?? false }

    private var localURI: String { phone.aor }

    // MARK: The caller

    func sendInvite(
        _ uri: String, _ destination: PhoneAddress, fields: [(name: String, value: String)], toTag: String?,
        body: String
    ) {
        localCSeq += 1
        self.destination = destination
        var message = phone.newRequest(
            "INVITE", uri, from: "<\(localURI)>;tag=\(localTag)",
            to: "<\(uri)>" + (toTag.map { ";tag=\($0)" } ?? ""), callID: callID, cseq: localCSeq)
        message.fields += fields
        message.body = body
        invite = message
        phone.send(
            message, to: destination,
            onResponse: { [unowned self] in inviteAnswered($0, fields: fields, body: body) },
            onTimeout: { [unowned self] in
                isTimedOut = true
                final = final ?? 408
            })
    }

    private func inviteAnswered(_ response: PhoneMessage, fields: [(name: String, value: String)], body: String) {
        let status = response.status
        if status < 200 { return provisional(response) }
        if status >= 300 {
            let uri = invite?.uri ?? ""
            if status == 401 || status == 407, !hasAuthorized, let destination,
                let value = phone.credentials(response, "INVITE", uri)
            {
                hasAuthorized = true
                let name = status == 401 ? "Authorization" : "Proxy-Authorization"
                return sendInvite(uri, destination, fields: fields + [(name, value)], toTag: nil, body: body)
            }
            guard final == nil else { return }
            final = status
            finalResponse = response
            return
        }
        acceptedCount += 1
        let tag = response.toTag ?? ""
        if !acceptedTags.contains(tag) { acceptedTags.append(tag) }
        if final == nil {
            final = status
            finalResponse = response
            remoteTag = tag
            routes = response.all("Record-Route").reversed()
            remoteTarget = PhoneMessage.uri(in: response["Contact"] ?? remoteTarget)
        }
        acknowledge(response)
    }

    private func provisional(_ response: PhoneMessage) {
        if response.status == 100 { tryingCount += 1 } else { provisionals.append(response.status) }
        if isCancelWanted { cancel() }
    }

    /// The ACK of a 2xx, a request of its own along the route set (§13.2.2.4).
    private func acknowledge(_ response: PhoneMessage) {
        let routes = Array(response.all("Record-Route").reversed())
        let target = PhoneMessage.uri(in: response["Contact"] ?? remoteTarget)
        let ack = inDialog(
            "ACK", target: target, routes: routes, remoteTag: response.toTag, cseq: response.cseq)
        if let destination = nextHop(target, routes) { phone.transmit(ack, ack.bytes, to: destination) }
    }

    /// Cancels the INVITE, when a provisional response has come or as soon as one comes (§9.1).
    public func cancel() {
        guard final == nil, let invite, let destination else { return }
        guard tryingCount > 0 || !provisionals.isEmpty else {
            isCancelWanted = true
            return
        }
        isCancelWanted = false
        phone.cancel(invite, destination) { [unowned self] in cancelStatus = $0.status }
    }

    // MARK: Both ends

    /// Hangs up.
    public func bye() {
        request("BYE") { [unowned self] in if $0.status < 300 || $0.status == 481 { isEnded = true } }
    }

    func giveUp() {
        guard !isConfirmed else { return }
        isGivenUp = true
        bye()
    }

    /// Whether the caller knows what became of the call: a final response, or a BYE of a callee whose 2xx got lost.
    public var isDecided: Bool { final != nil || isEnded }

    /// Sends a request within the dialog.
    public func request(
        _ method: String, fields: [(name: String, value: String)] = [],
        _ done: @escaping (PhoneMessage) -> Void = { _ in }
    ) {
        localCSeq += 1
        var message = inDialog(method, target: remoteTarget, routes: routes, remoteTag: remoteTag, cseq: localCSeq)
        message.fields += fields
        guard let destination = nextHop(remoteTarget, routes) else { return }
        phone.send(
            message, to: destination,
            onResponse: { [unowned self] response in
                guard response.status >= 200 else { return }
                statuses[method] = response.status
                if method == "INVITE", response.status < 300 { acknowledge(response) }
                done(response)
            }, onTimeout: { [unowned self] in statuses[method] = 408 })
    }

    private func inDialog(
        _ method: String, target: String, routes: [String], remoteTag: String?, cseq: Int
    ) -> PhoneMessage {
        let tag = remoteTag.map { ";tag=\($0)" } ?? ""
        var message = phone.newRequest(
            method, target, from: "<\(localURI)>;tag=\(localTag)", to: "<\(remoteURI)>\(tag)", callID: callID,
            cseq: cseq)
        if let hop = nextHop(target, routes) {
            message.fields[0].value = phone.newVia(hop.transport)
        }
        message.fields.insert(contentsOf: routes.map { ("Route", $0) }, at: 2)
        return message
    }

    private func nextHop(_ target: String, _ routes: [String]) -> PhoneAddress? {
        PhoneAddress(uri: routes.first.map { PhoneMessage.uri(in: $0) } ?? target)
    }
}
