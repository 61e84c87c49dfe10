import SIPAuthentication
import SIPSyntax

/// What a script orders.
extension VirtualPhone {
    private var serverAddress: PhoneAddress {
        PhoneAddress(transport, server)
    }

    /// Calls a URI.
    ///
    /// - Parameters:
    ///   - fields: further header fields, such as Route.
    ///   - toTag: a To tag to claim, for a request that pretends to belong to a dialog.
    @discardableResult
    public func invite(
        _ uri: String, fields: [(name: String, value: String)] = [], toTag: String? = nil, body: String = ""
    ) -> PhoneCall {
        let call = PhoneCall(phone: self, callID: "\(newToken())@\(name)", localTag: newToken(), isCaller: true)
        call.remoteURI = uri
        call.remoteTarget = uri
        calls.append(call)
        callsByKey[call.key] = call
        call.sendInvite(uri, serverAddress, fields: fields, toTag: toTag, body: body)
        return call
    }

    /// Sends a request outside of a dialog.
    @discardableResult
    public func request(
        _ method: String, _ uri: String, fields: [(name: String, value: String)] = [], toTag: String? = nil,
        body: String = ""
    ) -> PhoneExchange {
        let exchange = PhoneExchange()
        var message = newRequest(
            method, uri, from: "<\(aor)>;tag=\(newToken())",
            to: "<\(uri)>" + (toTag.map { ";tag=\($0)" } ?? ""), callID: "\(newToken())@\(name)", cseq: 1)
        message.fields += fields
        message.body = body
        exchange.request = message
        send(
            message, to: serverAddress, onResponse: { exchange.responses.append($0) },
            onTimeout: { exchange.isTimedOut = true })
        return exchange
    }

    /// Sends bytes as they are, for what no phone would say.
    public func sendRaw(_ text: String) {
        network.sendDatagram(Array(text.utf8), from: publicAddress, to: server)
    }

    func newRequest(
        _ method: String, _ uri: String, from: String, to: String, callID: String, cseq: Int
    ) -> PhoneMessage {
        PhoneMessage(
            startLine: "\(method) \(uri) SIP/2.0",
            fields: [
                ("Via", newVia(transport)), ("Max-Forwards", "70"), ("From", from), ("To", to), ("Call-ID", callID),
                ("CSeq", "\(cseq) \(method)"), ("Contact", "<\(contact)>"),
            ])
    }

    // MARK: Registration

    /// Registers, and answers a challenge when it has a password.
    @discardableResult
    public func register(expires: Int = 3600, contact: String? = nil) -> PhoneExchange {
        let exchange = PhoneExchange()
        let callID = "reg-\(name)-\(address.ip)"
        sendRegister(exchange, callID, expires, contact ?? "<\(self.contact)>", authorization: nil)
        return exchange
    }

    private func sendRegister(
        _ exchange: PhoneExchange, _ callID: String, _ expires: Int, _ contact: String, authorization: String?
    ) {
        registrationCSeq += 1
        var message = newRequest(
            "REGISTER", "sip:\(domain)", from: "<\(aor)>;tag=\(newToken())", to: "<\(aor)>", callID: callID,
            cseq: registrationCSeq)
        message.fields.removeLast()
        if !contact.isEmpty { message.fields.append(("Contact", contact)) }
        message.fields.append(("Expires", "\(expires)"))
        if let authorization { message.fields.append(("Authorization", authorization)) }
        exchange.request = message
        send(
            message, to: serverAddress,
            onResponse: { [unowned self] response in
                if response.status == 401, authorization == nil,
                    let value = credentials(response, "REGISTER", message.uri)
                {
                    sendRegister(exchange, callID, expires, contact, authorization: value)
                } else {
                    exchange.responses.append(response)
                }
            }, onTimeout: { exchange.isTimedOut = true })
    }

    /// The answer to a response's challenges; nil without a password.
    func credentials(_ response: PhoneMessage, _ method: String, _ uri: String) -> String? {
        guard let password else { return nil }
        let name = response.status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"
        let account = DigestClient.Account(user: Array(self.name.utf8), password: Array(password.utf8))
        let out = ByteWriter()
        for challenge in response.all(name) {
            let isDone = challenge.withByteView { challenge in
                method.withByteView { method in
                    uri.withByteView { uri in
                        DigestClient.authorize(
                            challenges: [challenge], account: account, method: method, uri: uri, body: .empty,
                            nonceCount: 1, clientNonce: ByteView("phonecnonce"), to: out)
                    }
                }
            }
            if isDone { return out.view.string }
        }
        return nil
    }
}

/// A request outside of a dialog and its answers.
public final class PhoneExchange {
    public internal(set) var request: PhoneMessage?
    /// All responses, in order.
    public internal(set) var responses: [PhoneMessage] = []
    /// Whether there was no final response within 64·T1.
    public internal(set) var isTimedOut = false

    /// The final response.
    public var final: PhoneMessage? { responses.first { $0.status >= 200 } }
    /// The final status; nil without one.
    public var status: Int? { final?.status }
}
