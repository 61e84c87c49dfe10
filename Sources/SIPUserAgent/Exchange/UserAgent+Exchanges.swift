import SIPAuthentication
public import SIPCore
public import SIPSyntax
import SIPTransaction

extension UserAgent {
    // MARK: Sending

    /// Sends a request and sees it through to its final response.
    @discardableResult
    func exchange(
        _ request: OwnRequest, flow: Flow?, credentials: Credentials = Credentials(),
        onProgress: ((SIPMessage) -> Void)? = nil, onEnd: @escaping (Exchange, Exchange.Ending) -> Void
    ) -> Exchange {
        let exchange = Exchange(
            number: newNumber(), request: request, flow: flow, onProgress: onProgress, onEnd: onEnd)
        exchange.credentials = credentials
        exchanges[exchange.number] = exchange
        send(exchange)
        return exchange
    }

    private func send(_ exchange: Exchange) {
        var request = exchange.request
        exchange.credentialFields = credentialFields(exchange)
        request.headers += exchange.credentialFields
        guard let message = try? request.message() else { return end(exchange, .failure(.transport)) }
        shard.originate(message, flow: exchange.flow, originator: exchange.number)
    }

    private func credentialFields(_ exchange: Exchange) -> [(name: [UInt8], value: [UInt8])] {
        guard let account else { return [] }
        let request = exchange.request
        return exchange.credentials.fields(
            method: request.method, uri: request.uri, body: request.body, account: account, clientNonce: uniqueText())
    }

    private var account: DigestClient.Account? {
        guard let password = configuration.password else { return nil }
        let user = configuration.authenticationUser ?? configuration.addressOfRecord.user ?? ""
        return DigestClient.Account(user: bytes(user), password: bytes(password))
    }

    /// A request outside of dialogs (§8.1.1).
    func newRequest(_ method: String, uri: [UInt8], to: SIPURI, callID: String? = nil, cseq: UInt32 = 1) -> OwnRequest {
        var request = OwnRequest(
            method: bytes(method), uri: uri,
            from: bytes("<\(configuration.addressOfRecord)>;tag=\(uniqueText())"), to: bytes("<\(to)>"),
            callID: bytes(callID ?? uniqueText()), cseq: cseq)
        request.headers = userAgentField
        return request
    }

    // MARK: Answers

    public func ownRequestProgress(_ originator: UInt64, _ response: SIPMessage) {
        guard let exchange = exchanges[originator] else { return }
        exchange.hasProgress = true
        exchange.onProgress?(response)
    }

    public func ownRequestEnded(_ originator: UInt64, _ result: OwnRequestResult) {
        guard let exchange = exchanges[originator] else { return }
        switch result {
        case .response(let response): ended(exchange, response)
        case .timeout: end(exchange, .failure(.timeout))
        case .transportFailure: end(exchange, .failure(.transport))
        }
    }

    private func ended(_ exchange: Exchange, _ response: SIPMessage) {
        let (status, reason) = (response.status, response.reason.string)
        switch status {
        case 200..<300:
            // Further 2xx of a forked INVITE come to the same exchange (§13.2.2.4); its call lets go of it.
            if response.method != .invite { exchanges[exchange.number] = nil }
            exchange.onEnd(exchange, .response(response))
        case 401, 407:
            // More than a few are a server that calls every nonce stale.
            guard account != nil, exchange.retries < 4, exchange.credentials.take(response) else {
                return end(exchange, .failure(.authentication(status: status, reason: reason)))
            }
            // §22.2: the same Call-ID, From and To, and the next CSeq.
            exchange.retries += 1
            exchange.request.cseq += 1
            send(exchange)
        default:
            end(exchange, .response(response))
        }
    }

    private func end(_ exchange: Exchange, _ ending: Exchange.Ending) {
        exchanges[exchange.number] = nil
        exchange.onEnd(exchange, ending)
    }

    // MARK: Single requests

    /// Sends a request outside of any call: OPTIONS, MESSAGE and their like. Its end is told with the number.
    @discardableResult
    public func request(
        _ method: String, to target: SIPURI, body: String = "", contentType: String = "text/plain"
    ) -> UInt64 {
        var request = newRequest(method, uri: target.bytes, to: target)
        if method == "OPTIONS" { request.headers += [contact, (bytes("Accept"), bytes("application/sdp"))] }
        if !body.isEmpty {
            request.headers.append((bytes("Content-Type"), bytes(contentType)))
            request.body = bytes(body)
        }
        let number = newNumber()
        exchange(request, flow: configuration.outboundFlow) { [unowned self] _, ending in
            switch ending {
            case .response(let response) where response.status < 300: onEvent(.requestSucceeded(number, response))
            case .response(let response): onEvent(.requestFailed(number, .rejected(response)))
            case .failure(let failure): onEvent(.requestFailed(number, failure))
            }
        }
        return number
    }
}

extension RequestFailure {
    static func rejected(_ response: borrowing SIPMessage) -> RequestFailure {
        .rejected(status: response.status, reason: response.reason.string)
    }
}
