internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// What a policy does with a request. Each acts when it is called.
enum RequestActions {
    static let declarations = [
        LuaFunction(
            "reply",
            [
                LuaParameter(
                    "status", .either([.integer, .object("response")]), doc: "100 to 699, or a response to send."),
                LuaParameter("reason", .string, optional: true, doc: "The reason phrase; the standard's by default."),
                LuaParameter(
                    "options",
                    .options([
                        LuaParameter("headers", .table, optional: true, doc: "Header fields by name."),
                        LuaParameter("body", .string, optional: true),
                        LuaParameter("type", .string, optional: true, doc: "The body's Content-Type."),
                    ]), optional: true),
            ],
            doc: "Answers the request. A final status finishes it.", allowedIn: PolicyHook.deciding, body: reply),
        LuaFunction(
            "redirect",
            [
                LuaParameter(
                    "target", TargetTypes.several, doc: "Where the caller is to go; a list, best first or by q."),
                LuaParameter(
                    "options", .options([LuaParameter("status", .integer, optional: true, doc: "300 to 399; 302.")]),
                    optional: true),
            ],
            doc: "Answers 3xx with a Contact list.", allowedIn: PolicyHook.deciding, body: redirect),
        LuaFunction(
            "relay",
            [
                LuaParameter("target", TargetTypes.one, optional: true, doc: "Where to; the Request-URI by default."),
                LuaParameter("options", .options(AttemptReader.relayOptions), optional: true),
            ],
            results: [LuaParameter("outcome", .object("outcome"))],
            doc: "Sends the request on, statefully, and waits for what comes of it.",
            allowedIn: PolicyHook.deciding, waits: .sometimes
        ) { attempt($0, isFork: false) },
        LuaFunction(
            "fork",
            [
                LuaParameter("targets", TargetTypes.several, doc: "A list of targets."),
                LuaParameter("options", .options(AttemptReader.forkOptions), optional: true),
            ],
            results: [LuaParameter("outcome", .object("outcome"))],
            doc: "Sends the request to several targets and waits for what comes of it.",
            allowedIn: PolicyHook.deciding, waits: .sometimes
        ) { attempt($0, isFork: true) },
        LuaFunction(
            "forward", [LuaParameter("target", TargetTypes.one, optional: true)],
            results: [LuaParameter("sent", .boolean)],
            doc: "Sends the request on without keeping anything; not after a wait.",
            allowedIn: PolicyHook.deciding, body: forward),
        LuaFunction(
            "drop", doc: "Gives no answer; repeats are absorbed.", allowedIn: PolicyHook.deciding, body: drop),
        LuaFunction(
            "record_route",
            [LuaParameter("params", .table, optional: true, doc: "Parameters that in-dialog requests bring back.")],
            doc: "Stays in the path of the dialog that the request makes.", allowedIn: PolicyHook.deciding,
            body: recordRoute),
    ]

    // MARK: What every action looks at first

    /// Runs an action on a request that is still open, or says what became of it.
    ///
    /// Acting after the policy's own final reply raises; on a request that was finished from outside, the action does
    /// nothing and gives that outcome.
    static func act(
        _ call: LuaCall, _ body: (PolicyRunner, PolicyRun, ResponseContext, Shard) -> LuaReturn
    ) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return act(call, handle, body)
    }

    static func act(
        _ call: LuaCall, _ handle: LuaHandle, _ body: (PolicyRunner, PolicyRun, ResponseContext, Shard) -> LuaReturn
    ) -> LuaReturn {
        call.withRun(handle) { runner, run in
            guard let context = run.context, let shard = runner.shard else { return .stale }
            if let place = run.finishedAt { return call.raise("request was finished at \(place)") }
            if run.isHandlerDone { return call.raise("the handler of this request has ended") }
            guard context.isOpen || context.method == .ack else {
                runner.pushFinished(run, context, call)
                return .one
            }
            return body(runner, run, context, shard)
        }
    }

    /// Notes the line that finishes the request.
    static func finish(_ run: PolicyRun, _ call: LuaCall) { run.finishedAt = call.position }

    // MARK: Replies

    private static func reply(_ call: LuaCall) -> LuaReturn {
        act(call) { runner, run, context, shard in
            if call.kind(2) == .object { return replyWithResponse(call, run, context, shard) }
            let status = call.integer(2)
            guard (100...699).contains(status) else { return call.raise("a status is 100 to 699, not \(status)") }
            var content = ReplyContent(status: status)
            if let problem = ReplyReader.read(call, reason: 3, options: call.option(0), into: &content) {
                return call.raise(problem)
            }
            guard context.method != .ack else { return .nothing }
            if status >= 200 { finish(run, call) }
            shard.reply(context, content)
            return .nothing
        }
    }

    private static func replyWithResponse(
        _ call: LuaCall, _ run: PolicyRun, _ context: ResponseContext, _ shard: Shard
    ) -> LuaReturn {
        guard let handle = call.object(2), handle.slot == run.slot, handle.generation == run.generation,
            handle.messageNumber > 0, handle.messageNumber <= run.messages.count
        else { return call.raise("only a response to this request can be sent, such as outcome.response") }
        let response = run.messages[handle.messageNumber - 1]
        guard response.status >= 200 else { return call.raise("only a final response can be sent again") }
        guard context.method != .ack else { return .nothing }
        finish(run, call)
        shard.reply(context, forwarding: response)
        return .nothing
    }

    private static func redirect(_ call: LuaCall) -> LuaReturn {
        act(call) { runner, run, context, shard in
            let status = call.optionalInteger(call.option(0)) ?? 302
            guard (300...399).contains(status) else { return call.raise("a redirect's status is 300 to 399") }
            switch TargetReader(call: call, runner: runner).targets(2) {
            case .failure(let problem): return call.raise(problem.text)
            case .success(let targets):
                guard context.method != .ack else { return .nothing }
                var content = ReplyContent(status: status)
                for target in targets { content.headers.append((Array("Contact".utf8), contact(target))) }
                finish(run, call)
                shard.reply(context, content)
                return .nothing
            }
        }
    }

    private static func contact(_ target: Target) -> [UInt8] {
        var value = Array("<".utf8) + (target.uri ?? []) + Array(">".utf8)
        guard target.q != 1000 else { return value }
        value += Array(";q=0.".utf8)
        let digits = String(1000 + Int(target.q)).dropFirst()
        value += Array(digits.utf8)
        return value
    }

    private static func drop(_ call: LuaCall) -> LuaReturn {
        act(call) { _, run, context, shard in
            finish(run, call)
            if context.method != .ack { shard.drop(context) }
            return .nothing
        }
    }

    // MARK: Sending on

    private static func attempt(_ call: LuaCall, isFork: Bool) -> LuaReturn {
        act(call) { runner, run, context, shard in
            if run.attemptTask != 0 { return call.raise("another attempt of this request is under way") }
            let targets: [Target]
            switch readTargets(call, runner, isFork: isFork) {
            case .failure(let problem): return call.raise(problem.text)
            case .success(let read): targets = read
            }
            if context.method == .ack || context.method == .cancel {
                return forwardAtOnce(call, runner, run, context, shard, targets.first ?? .asReceived)
            }
            guard call.canWait else { return call.wait() }
            var options = AttemptOptions()
            if let problem = AttemptReader.read(call, isFork: isFork, into: &options) { return call.raise(problem) }
            let onReply =
                call.isNil(call.option(AttemptReader.onReply))
                ? nil : call.reference(call.option(AttemptReader.onReply))
            let onBranch =
                call.isNil(call.option(AttemptReader.onBranch))
                ? nil : call.reference(call.option(AttemptReader.onBranch))
            options.hasReplyHook = onReply != nil
            options.hasBranchHook = onBranch != nil
            runner.pendingWait = .attempt(run, targets, options, onReply: onReply, onBranch: onBranch)
            return call.wait()
        }
    }

    private static func readTargets(_ call: LuaCall, _ runner: PolicyRunner, isFork: Bool)
        -> Result<[Target], PolicyProblem>
    {
        let reader = TargetReader(call: call, runner: runner)
        if isFork {
            if call.kind(2) == .table, call.length(2) == 0, !isSingleTarget(call) { return .success([]) }
            return reader.targets(2)
        }
        return call.isNil(2) ? .success([.asReceived]) : reader.target(2).map { [$0] }
    }

    /// Whether the table is one target and no empty list.
    private static func isSingleTarget(_ call: LuaCall) -> Bool {
        defer { call.pop() }
        return call.pushField("uri", of: 2) != .null
    }

    /// An ACK has no transaction: it goes at once and brings no answer (§13.2.2.4).
    private static func forwardAtOnce(
        _ call: LuaCall, _ runner: PolicyRunner, _ run: PolicyRun, _ context: ResponseContext, _ shard: Shard,
        _ target: Target
    ) -> LuaReturn {
        let isSent = shard.forward(context, to: target)
        runner.push(
            PolicyOutcome(
                status: 0, response: 0, target: -1, isCancelled: false, isTimedOut: false, isFinished: true,
                isOK: isSent, branchCount: isSent ? 1 : 0), of: run, call)
        return .one
    }

    private static func forward(_ call: LuaCall) -> LuaReturn {
        act(call) { runner, run, context, shard in
            if run.hasWaited { return call.raise("'forward' is stateless and cannot come after a wait") }
            switch readTargets(call, runner, isFork: false) {
            case .failure(let problem): return call.raise(problem.text)
            case .success(let targets):
                if context.method != .ack { finish(run, call) }
                call.push(shard.forward(context, to: targets.first ?? .asReceived))
                return .one
            }
        }
    }

    // MARK: record_route

    private static func recordRoute(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return call.withRun(handle) { _, run in
            guard let context = run.context else { return .stale }
            guard !call.isNil(2) else {
                if context.recordRoute == nil { context.recordRoute = [] }
                return .nothing
            }
            switch RouteParameters.read(call, 2) {
            case .failure(let problem): return call.raise(problem.text)
            case .success(let parameters):
                context.recordRoute = parameters
                return .nothing
            }
        }
    }
}

/// The parameters that `record_route` writes.
enum RouteParameters {
    /// A table as `key=value;key`, sorted, since the token that protects them is made over the bytes.
    static func read(_ call: LuaCall, _ index: Int) -> Result<[UInt8], PolicyProblem> {
        var parts: [String] = []
        var problem: String?
        call.forEachEntry(of: index) {
            guard call.kind(-2) == .string, call.view(-2).isToken else {
                problem = "a parameter's name is a token"
                return false
            }
            let name = call.string(-2)
            switch call.kind(-1) {
            case .boolean: if call.bool(-1) { parts.append(name) }
            case .string where isPlain(call.view(-1)): parts.append(name + "=" + call.string(-1))
            case .number:
                parts.append(name + "=" + (call.optionalInteger(-1).map { String($0) } ?? String(call.number(-1))))
            default: problem = "the value of parameter '\(name)' is letters, digits and -_.!~*'()"
            }
            if ["lr", "transport", "maddr", "ttl", "user", "method"].contains(name.lowercased()) {
                problem = "'\(name)' is a parameter of the route itself"
            }
            return problem == nil
        }
        if let problem { return .failure(PolicyProblem(problem)) }
        let text = parts.sorted().joined(separator: ";")
        guard text.utf8.count <= 200 else { return .failure(PolicyProblem("the parameters have more than 200 bytes")) }
        return .success(Array(text.utf8))
    }

    private static func isPlain(_ text: ByteView) -> Bool {
        for index in 0..<text.count {
            let byte = text[index]
            let isMark = ByteView("-_.!~*'()").contains(byte)
            let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
            guard isMark || isLetter || ASCII.isDigit(byte) else { return false }
        }
        return !text.isEmpty
    }
}
