internal import LuaRuntime
internal import SIPAuthentication
internal import SIPCore
internal import SIPProxy
internal import SIPSyntax

/// What happens to requests when the policy has no `request`: a safe server for its own domains.
///
/// Users register with a password and call each other; strangers may call users; nobody is relayed elsewhere for a
/// stranger; what belongs to a dialog goes on.
extension PolicyRunner {
    func decideWithoutPolicy(_ run: PolicyRun, _ context: ResponseContext) {
        guard let shard else { return }
        run.isHandlerDone = true
        if context.method == .ack {
            shard.forward(context)
        } else if context.isInDialog {
            relay(context, shard)
        } else if context.method == .register {
            register(context, shard)
        } else if isLocal(context.message.requestURI, shard) {
            guard isAllowedFrom(context, shard) else { return end(context, shard, run) }
            context.recordRoute = []
            relay(context, shard)
        } else if context.isTrusted || authenticate(context, shard) {
            context.recordRoute = []
            relay(context, shard)
        }
        end(context, shard, run)
    }

    private func end(_ context: ResponseContext, _ shard: Shard, _ run: PolicyRun) {
        shard.handlerEnded(context, failed: false)
        releaseIfDone(run)
    }

    private func relay(_ context: ResponseContext, _ shard: Shard) {
        _ = shard.startAttempt(context, [.asReceived], AttemptOptions())
    }

    private func register(_ context: ResponseContext, _ shard: Shard) {
        guard authenticate(context, shard) else { return }
        _ = shard.saveRegistration(context, owner: context.user, rules: environment.registrationRules)
    }

    /// A local From is proven unless the source is trusted.
    private func isAllowedFrom(_ context: ResponseContext, _ shard: Shard) -> Bool {
        guard !context.isTrusted, let value = context.message.value(of: .from),
            let layout = NameAddrLayout(value), let text = layout.uri(in: value), isLocal(text, shard)
        else { return true }
        return authenticate(context, shard)
    }

    private func isLocal(_ text: ByteView, _ shard: Shard) -> Bool {
        guard let uri = URILayout(text) else { return false }
        return shard.configuration.identity.isLocal(uri, in: text)
    }

    /// False when the request has been answered.
    private func authenticate(_ context: ResponseContext, _ shard: Shard) -> Bool {
        var rules = AuthenticationRules()
        rules.algorithms = environment.algorithms
        switch shard.authenticate(context, rules, ha1: environment.users.ha1) {
        case .accepted: return true
        case .challenge(let isStale): shard.challenge(context, rules, isStale: isStale)
        case .otherIdentity:
            shard.reply(context, ReplyContent(status: 403, reason: Array("Not Your Identity".utf8)))
        }
        return false
    }
}
