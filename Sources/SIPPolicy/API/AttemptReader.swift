internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// The types of targets.
enum TargetTypes {
    static let one = LuaType.either([.string, .object("uri"), .object("contact"), .table])
    static let several = LuaType.either([.string, .object("uri"), .object("contact"), .table])
}

/// The options of `relay` and `fork`.
enum AttemptReader {
    static let relayOptions = [
        LuaParameter(
            "timeout", .number, optional: true, doc: "Seconds for a target or parallel group; then it is cancelled."),
        LuaParameter("total", .number, optional: true, doc: "Seconds for the whole attempt."),
        LuaParameter(
            "dead_after", .number, optional: true, doc: "Seconds without any response until the next address; 4."),
        LuaParameter(
            "failover", .either([.integer, .list(.integer)]), optional: true,
            doc: "Statuses that move on to a target's next address; 503."),
        LuaParameter(
            "on_reply", .function("fun(res: response)"), optional: true,
            doc: "Sees each distinct response before it goes upstream, and may edit it."),
        LuaParameter(
            "on_branch", .function("fun(branch: branch)"), optional: true,
            doc: "Sees each outgoing copy, and may edit it; it cannot wait."),
        LuaParameter("retry_3xx", .boolean, optional: true, doc: "Whether the Contacts of a 3xx become targets."),
    ]
    static let forkOptions =
        relayOptions + [
            LuaParameter("order", .string, optional: true, doc: "`q` (default), `parallel` or `serial`.")
        ]
    static let onReply = 4
    static let onBranch = 5

    /// Reads the options of a call; what is wrong with them, or nil.
    static func read(_ call: LuaCall, isFork: Bool, into options: inout AttemptOptions) -> String? {
        if let problem = span(call, 0, "timeout", { options.timeout = $0 })
            ?? span(call, 1, "total", { options.total = $0 })
            ?? span(call, 2, "dead_after", { options.deadAfter = $0 })
        {
            return problem
        }
        if let problem = readFailover(call, into: &options) { return problem }
        options.followsRedirects = call.bool(call.option(6))
        guard isFork, !call.isNil(call.option(7)) else { return nil }
        switch call.string(call.option(7)) {
        case "q": options.order = .q
        case "parallel": options.order = .parallel
        case "serial": options.order = .serial
        case let other: return "'order' is q, parallel or serial, not '\(other)'"
        }
        return nil
    }

    private static func span(_ call: LuaCall, _ number: Int, _ name: String, _ take: (SIPDuration) -> Void) -> String? {
        guard let seconds = call.optionalNumber(call.option(number)) else { return nil }
        guard seconds > 0, seconds <= 86_400 else { return "'\(name)' is a number of seconds above 0 and up to a day" }
        take(.seconds(seconds))
        return nil
    }

    private static func readFailover(_ call: LuaCall, into options: inout AttemptOptions) -> String? {
        let index = call.option(3)
        guard !call.isNil(index) else { return nil }
        if call.kind(index) == .number {
            options.failoverStatuses = [call.integer(index)]
            return nil
        }
        options.failoverStatuses = []
        for number in 0..<call.length(index) {
            call.pushItem(number + 1, of: index)
            defer { call.pop() }
            guard let status = call.optionalInteger(-1), (300...699).contains(status) else {
                return "'failover' is a list of final statuses"
            }
            options.failoverStatuses.append(status)
        }
        return nil
    }
}

/// The reason, header fields and body of a reply.
enum ReplyReader {
    /// What is wrong, or nil.
    static func read(_ call: LuaCall, reason: Int, options: Int, into content: inout ReplyContent) -> String? {
        if !call.isNil(reason) {
            if HeaderText.breaksLine(call.view(reason)) { return "a reason phrase has no CR, LF or NUL" }
            content.reason = call.view(reason).array
        }
        if !call.isNil(options) {
            switch HeaderTable.read(options, call, isResponse: true) {
            case .failure(let problem): return problem.text
            case .success(let headers): content.headers = headers
            }
        }
        if !call.isNil(options + 1) { content.body = call.view(options + 1).array }
        if !call.isNil(options + 2) {
            if HeaderText.breaksLine(call.view(options + 2)) { return "a header value has no CR, LF or NUL" }
            content.contentType = call.view(options + 2).array
        } else if !content.body.isEmpty, !content.headers.contains(where: { isContentType($0.name) }) {
            return "a body needs its 'type'"
        }
        return nil
    }

    private static func isContentType(_ name: [UInt8]) -> Bool {
        name.withByteView { HeaderName($0) == .contentType }
    }
}
