internal import LuaRuntime
internal import SIPAuthentication
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// `sip.request`: a request of this server's own.
enum UACFunction {
    static let declaration = LuaFunction(
        "request",
        [
            LuaParameter(
                "options",
                .options([
                    LuaParameter("method", .string, doc: "Any but INVITE, ACK and CANCEL."),
                    LuaParameter("uri", .either([.string, .object("uri")]), doc: "The Request-URI."),
                    LuaParameter(
                        "from", .either([.string, .object("uri")]), optional: true, doc: "This server by default."),
                    LuaParameter(
                        "to", .either([.string, .object("uri")]), optional: true, doc: "The Request-URI by default."),
                    LuaParameter("headers", .table, optional: true),
                    LuaParameter("body", .string, optional: true),
                    LuaParameter("type", .string, optional: true, doc: "The body's Content-Type."),
                    LuaParameter("auth", .table, optional: true, doc: "{ user =, password = } for a challenge."),
                    LuaParameter("route", .string, optional: true, doc: "A URI to send it by."),
                    LuaParameter("timeout", .number, optional: true, doc: "Seconds; 32 by the protocol."),
                ]))
        ],
        results: [
            LuaParameter("response", .object("response"), optional: true, doc: "The final response."),
            LuaParameter("err", .table, optional: true, doc: "Its kind is timeout or unreachable."),
        ],
        doc: "Sends a request and waits for its final response.", allowedIn: PolicyHook.waiting, waits: .always,
        body: send)

    private static func send(_ call: LuaCall) -> LuaReturn {
        let runner = call.runner
        let method = call.view(call.option(0))
        guard method.isToken, !["INVITE", "ACK", "CANCEL"].contains(method.string) else {
            return call.raise("sip.request sends any method but INVITE, ACK and CANCEL")
        }
        guard case .success(let uri) = URIText.read(call.option(1), call) else {
            return call.raise("sip.request needs a 'uri'")
        }
        let from = URIText.read(call.option(2), call)
        let to = URIText.read(call.option(3), call)
        if !call.isNil(call.option(2)), case .failure(let problem) = from { return call.raise(problem.text) }
        if !call.isNil(call.option(3)), case .failure(let problem) = to { return call.raise(problem.text) }
        let sender = (try? from.get()) ?? runner.ownAddress
        let tag = Array(String(UInt64.random(in: .min ... .max), radix: 36).utf8)
        let callID =
            Array(String(UInt64.random(in: .min ... .max), radix: 36).utf8)
            + Array(String(UInt64.random(in: .min ... .max), radix: 36).utf8)
        var request = OwnRequest(
            method: method.array, uri: TargetReader.withoutHeaders(uri),
            from: bracketed(sender) + Array(";tag=".utf8) + tag,
            to: bracketed((try? to.get()) ?? uri), callID: callID, cseq: 1)
        if let problem = readContent(call, into: &request) { return call.raise(problem) }
        var run = OwnRequestRun(request: request)
        if let seconds = call.optionalNumber(call.option(9)) {
            guard seconds > 0, seconds <= 3600 else { return call.raise("'timeout' is 0 to 3600 seconds") }
            run.timeout = .seconds(seconds)
        }
        if !call.isNil(call.option(7)) {
            guard let account = readAccount(call) else { return call.raise("'auth' is { user =, password = }") }
            run.account = account
        }
        runner.pendingWait = .ownRequest(run)
        return call.wait()
    }

    private static func bracketed(_ uri: [UInt8]) -> [UInt8] { [UInt8(ascii: "<")] + uri + [UInt8(ascii: ">")] }

    private static func readContent(_ call: LuaCall, into request: inout OwnRequest) -> String? {
        if !call.isNil(call.option(4)) {
            switch HeaderTable.read(call.option(4), call, isResponse: true) {
            case .failure(let problem): return problem.text
            case .success(let headers): request.headers = headers
            }
        }
        if !call.isNil(call.option(6)) {
            let type = call.view(call.option(6))
            if HeaderText.breaksLine(type) { return "a header value has no CR, LF or NUL" }
            request.headers.append((Array("Content-Type".utf8), type.array))
        }
        request.body = call.view(call.option(5)).array
        guard !call.isNil(call.option(8)) else { return nil }
        switch URIText.read(call.option(8), call) {
        case .failure(let problem): return problem.text
        case .success(let route):
            request.routes = [bracketed(route)]
            return nil
        }
    }

    private static func readAccount(_ call: LuaCall) -> DigestClient.Account? {
        defer { call.pop(2) }
        let index = call.option(7)
        guard call.pushField("user", of: index) == .string, call.pushField("password", of: index) == .string else {
            // Both places are popped.
            call.pushNil()
            return nil
        }
        return DigestClient.Account(user: call.view(-2).array, password: call.view(-1).array)
    }
}

/// A request of our own that a coroutine waits for.
struct OwnRequestRun {
    var request: OwnRequest
    var account: DigestClient.Account?
    var timeout: SIPDuration?
    var hasAuthorized = false
}
