internal import LuaRuntime
internal import SIPAuthentication
internal import SIPCore
internal import SIPProxy
internal import SIPSyntax

extension PolicyRunner {
    /// The URI that this server calls itself by.
    var ownAddress: [UInt8] {
        let domain = shard?.configuration.identity.domains.first ?? Array("localhost".utf8)
        return Array("sip:".utf8) + domain
    }

    func begin(_ task: UInt32, _ request: OwnRequestRun) {
        guard let message = try? request.request.message() else {
            return resume(task, raising: "the request cannot be written")
        }
        let number = nextOwnRequest()
        ownRequests[number] = task
        ownRequestRuns[number] = request
        tasks[Int(task)].wait = .ownRequest(number)
        if let timeout = request.timeout, tasks[Int(task)].timer == 0 {
            startTimer(.ownRequest, task, after: timeout)
        }
        shard?.originate(message, originator: number)
    }

    /// Unique among the generations of a shard.
    private func nextOwnRequest() -> UInt64 {
        ownRequestNumber &+= 1
        return UInt64(generation.tag) << 48 | ownRequestNumber
    }

    func ownRequestEnded(_ task: UInt32, _ number: UInt64, _ result: OwnRequestResult) {
        guard let request = ownRequestRuns.removeValue(forKey: number), tasks[Int(task)].isLive,
            case .ownRequest(number) = tasks[Int(task)].wait
        else { return }
        switch result {
        case .response(let response):
            if let authorized = authorized(request, response) { return begin(task, authorized) }
            stopTimer(task)
            let run = runs[Int(tasks[Int(task)].run)]
            let place = add(response, to: run)
            resume(task) { call in
                call.push(run.handle(PolicyClass.response, UInt32(place) << 16))
                return 1
            }
        case .timeout: fail(task, "timeout", "no final response came")
        case .transportFailure: fail(task, "unreachable", "the request could not be sent")
        }
    }

    func ownRequestTimedOut(_ task: UInt32) {
        guard case .ownRequest(let number) = tasks[Int(task)].wait else { return }
        ownRequests[number] = nil
        ownRequestRuns[number] = nil
        fail(task, "timeout", "no final response came in time")
    }

    private func fail(_ task: UInt32, _ kind: String, _ why: String) {
        stopTimer(task)
        resume(task) { call in
            _ = call.absent(kind: kind, why)
            return 2
        }
    }

    /// The request again with an answer to the response's challenge (§22.2); nil when there is none to give.
    private func authorized(_ run: OwnRequestRun, _ response: SIPMessage) -> OwnRequestRun? {
        guard let account = run.account, !run.hasAuthorized, response.status == 401 || response.status == 407 else {
            return nil
        }
        let isProxy = response.status == 407
        let name: HeaderName = isProxy ? .proxyAuthenticate : .wwwAuthenticate
        var challenges: [ByteView] = []
        for index in 0..<response.fieldCount where response.fieldName(at: index) == name {
            challenges.append(response.fieldValue(at: index))
        }
        var again = run
        again.hasAuthorized = true
        again.request.cseq += 1
        let clientNonce = Array(String(UInt64.random(in: .min ... .max), radix: 16).utf8)
        scratch.removeAll()
        let isAnswered = run.request.method.withByteView { method in
            run.request.uri.withByteView { uri in
                run.request.body.withByteView { body in
                    clientNonce.withByteView { nonce in
                        DigestClient.authorize(
                            challenges: challenges, account: account, method: method, uri: uri, body: body,
                            nonceCount: 1, clientNonce: nonce, to: scratch)
                    }
                }
            }
        }
        guard isAnswered else { return nil }
        let field = Array((isProxy ? "Proxy-Authorization" : "Authorization").utf8)
        again.request.headers.append((field, scratch.view.array))
        return again
    }
}
