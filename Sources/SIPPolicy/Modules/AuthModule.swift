internal import LuaRuntime
internal import SIPAuthentication
internal import SIPCore
internal import SIPSyntax

/// `sip.auth`: Digest authentication of requests.
enum AuthModule {
    static let declaration = LuaModule(
        "sip.auth", doc: "Digest authentication (RFC 3261 §22, RFC 7616, RFC 8760).",
        functions: [
            LuaFunction(
                "require", parameters, results: [LuaParameter("user", .string, optional: true, doc: "As name@realm.")],
                doc: """
                    The user who sent the request, or nil, having answered 401, 407 or 403.
                    ACK and CANCEL are never challenged: they belong to an INVITE that was.
                    """, allowedIn: PolicyHook.deciding, waits: .sometimes
            ) { authenticate($0, answers: true) },
            LuaFunction(
                "check", parameters,
                results: [
                    LuaParameter("user", .string, optional: true, doc: "As name@realm."),
                    LuaParameter("err", .table, optional: true, doc: "Its kind is missing, wrong, stale or identity."),
                ],
                doc: "The same without an answer.", allowedIn: PolicyHook.deciding, waits: .sometimes
            ) { authenticate($0, answers: false) },
        ])

    private static let parameters = [
        LuaParameter("req", .object("request")),
        LuaParameter(
            "options",
            .options([
                LuaParameter("realm", .string, optional: true, doc: "The domain that the request concerns by default."),
                LuaParameter(
                    "users", .either([.table, .function("fun(name: string, realm: string): table?")]), optional: true,
                    doc: "name to password or {ha1=} or {password=}, or a function that gives it and may wait."),
                LuaParameter("algorithms", .list(.string), optional: true, doc: "`SHA-256`, `MD5`, with `-sess`."),
                LuaParameter(
                    "proxy", .boolean, optional: true, doc: "407 instead of 401; the method decides by default."),
                LuaParameter(
                    "identity", .boolean, optional: true, doc: "False: a local From that is not the user's is accepted."
                ),
            ]), optional: true),
    ]

    private static func authenticate(_ call: LuaCall, answers: Bool) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return RequestActions.act(call, handle) { runner, run, context, shard in
            var rules = AuthenticationRules()
            rules.algorithms = runner.environment.algorithms
            if let problem = readRules(call, into: &rules) { return call.raise(problem) }
            let realm = shard.realm(for: context, rules)
            if context.method == .ack || context.method == .cancel {
                call.push(shard.claimedUser(context, rules).map { $0 + [UInt8(ascii: "@")] + realm } ?? sender(context))
                return .one
            }
            // Checked before: its credentials were taken out then.
            if let user = context.user, belongs(user, realm) {
                call.push(user)
                return .one
            }
            if let user = run.refusedUser, belongs(user, realm) {
                return again(call, run, context, shard, rules, answers, user)
            }
            let users = call.option(1)
            guard call.kind(users) == .function else {
                let source = CredentialsSource(call: call, users: users, environment: runner.environment)
                return finish(call, runner, run, context, shard, rules, answers, source.ha1)
            }
            guard let name = shard.claimedUser(context, rules) else {
                return finish(call, runner, run, context, shard, rules, answers) { _, _, _ in nil }
            }
            guard call.canWait else { return call.wait() }
            runner.pendingWait = .credentials(
                call.reference(users),
                CredentialsQuestion(
                    run: run, rules: rules, answers: answers, name: name, realm: realm, position: call.position))
            return call.wait()
        }
    }

    private static func finish(
        _ call: LuaCall, _ runner: PolicyRunner, _ run: PolicyRun, _ context: ResponseContext, _ shard: Shard,
        _ rules: AuthenticationRules, _ answers: Bool,
        _ ha1: ([UInt8], [UInt8], DigestAlgorithm) -> DigestValue?
    ) -> LuaReturn {
        let hasClaim = shard.claimedUser(context, rules) != nil
        let result = shard.authenticate(context, rules, ha1: ha1)
        noteRefusal(result, run, context)
        if case .accepted = result {} else if answers { RequestActions.finish(run, call) }
        return .results(answer(call, context, shard, rules, result, answers: answers, hasClaim: hasClaim))
    }

    /// Somebody proved to be another than the request says: `req.user` is nobody.
    static func noteRefusal(_ result: AuthenticationResult, _ run: PolicyRun, _ context: ResponseContext) {
        guard case .otherIdentity = result else { return }
        run.refusedUser = context.user
        context.user = nil
    }

    /// Asked again after that; the credentials were taken out the first time.
    private static func again(
        _ call: LuaCall, _ run: PolicyRun, _ context: ResponseContext, _ shard: Shard, _ rules: AuthenticationRules,
        _ answers: Bool, _ user: [UInt8]
    ) -> LuaReturn {
        guard rules.checksIdentity else {
            context.user = user
            call.push(user)
            return .one
        }
        if answers { RequestActions.finish(run, call) }
        return .results(answer(call, context, shard, rules, .otherIdentity, answers: answers, hasClaim: true))
    }

    /// Answers when asked to and pushes what the function gives; the number of results.
    static func answer(
        _ call: LuaCall, _ context: ResponseContext, _ shard: Shard, _ rules: AuthenticationRules,
        _ result: AuthenticationResult, answers: Bool, hasClaim: Bool
    ) -> Int {
        switch result {
        case .accepted:
            call.push(context.user ?? [])
            return 1
        case .challenge(let isStale):
            if answers {
                shard.challenge(context, rules, isStale: isStale)
                call.pushNil()
                return 1
            }
            let kind = isStale ? "stale" : hasClaim ? "wrong" : "missing"
            _ = call.absent(kind: kind, "credentials are \(kind)")
        case .otherIdentity:
            if answers {
                shard.reply(context, ReplyContent(status: 403, reason: Array("Not Your Identity".utf8)))
                call.pushNil()
                return 1
            }
            _ = call.absent(kind: "identity", "the sender claims somebody else's identity")
        }
        return 2
    }

    private static func readRules(_ call: LuaCall, into rules: inout AuthenticationRules) -> String? {
        if !call.isNil(call.option(0)) { rules.realm = call.view(call.option(0)).array }
        if !call.isNil(call.option(3)) { rules.isProxy = call.bool(call.option(3)) }
        if !call.isNil(call.option(4)) { rules.checksIdentity = call.bool(call.option(4)) }
        let algorithms = call.option(2)
        guard !call.isNil(algorithms) else { return nil }
        rules.algorithms = []
        for number in 0..<call.length(algorithms) {
            call.pushItem(number + 1, of: algorithms)
            defer { call.pop() }
            guard let algorithm = DigestAlgorithm(call.view(-1)) else {
                return "there is no algorithm '\(call.string(-1))'; there are SHA-256, MD5, SHA-256-sess and MD5-sess"
            }
            rules.algorithms.insert(DigestAlgorithmSet(algorithm))
        }
        return rules.algorithms.isEmpty ? "'algorithms' names none" : nil
    }

    /// Whether a proven `name@realm` is of this realm.
    private static func belongs(_ user: [UInt8], _ realm: [UInt8]) -> Bool {
        user.count > realm.count && user[user.count - realm.count - 1] == UInt8(ascii: "@")
            && user.suffix(realm.count).elementsEqual(realm)
    }

    /// Who a request without credentials says to be from.
    private static func sender(_ context: ResponseContext) -> [UInt8] {
        guard let value = context.message.value(of: .from), let layout = NameAddrLayout(value),
            let text = layout.uri(in: value)
        else { return [] }
        return text.array
    }
}

/// Credentials from a table of the policy, or from the configured users.
struct CredentialsSource {
    let call: LuaCall
    let users: Int
    let environment: PolicyEnvironment

    func ha1(_ user: [UInt8], _ realm: [UInt8], _ algorithm: DigestAlgorithm) -> DigestValue? {
        guard call.kind(users) == .table else {
            return environment.users.ha1(user: user, realm: realm, algorithm: algorithm)
        }
        var found: DigestValue?
        call.forEachEntry(of: users) {
            guard call.kind(-2) == .string, user.withByteView({ call.view(-2).equals($0) }) else { return true }
            found = CredentialsSource.ha1(call, -1, user, realm, algorithm)
            return false
        }
        return found
    }

    /// A password, or a table with `ha1` or `password`.
    static func ha1(
        _ call: LuaCall, _ index: Int, _ user: [UInt8], _ realm: [UInt8], _ algorithm: DigestAlgorithm
    ) -> DigestValue? {
        if call.kind(index) == .string { return hash(user, realm, call.view(index), algorithm) }
        guard call.kind(index) == .table else { return nil }
        defer { call.pop() }
        if call.pushField("ha1", of: index) == .string {
            guard let value = DigestValue(hex: call.view(-1)), Int(value.byteCount) == algorithm.byteCount else {
                return nil
            }
            return value
        }
        call.pop()
        guard call.pushField("password", of: index) == .string else { return nil }
        return hash(user, realm, call.view(-1), algorithm)
    }

    private static func hash(
        _ user: [UInt8], _ realm: [UInt8], _ password: ByteView, _ algorithm: DigestAlgorithm
    ) -> DigestValue {
        user.withByteView { user in
            realm.withByteView { realm in
                HA1.compute(user: user, realm: realm, password: password, algorithm: algorithm.hash)
            }
        }
    }
}
