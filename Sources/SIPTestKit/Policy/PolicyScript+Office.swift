public import SIPCore
import SIPRegistrar
import SIPSyntax

extension PolicyScript {
    /// The policy of a small office: registrations, calls to whoever has registered, dialogs along their route set.
    public static func office(_ options: AttemptOptions = AttemptOptions()) -> PolicyScript {
        PolicyScript { request in
            if request.context.isInDialog { return request.relay() }
            if request.method == "REGISTER" { return request.register() }
            request.recordRoute()
            request.fork(request.registeredTargets(), options)
        }
    }
}

extension ScriptedRequest {
    /// Saves a REGISTER for whoever sends it, and answers.
    public func register() { _ = shard.saveRegistration(context, owner: nil, rules: RegistrationRules()) }

    /// The contacts that the Request-URI's address-of-record has; none lets `fork` answer 404.
    public func registeredTargets() -> [Target] {
        guard case .success(let bindings) = shard.lookup(context.message.requestURI) else { return [] }
        return bindings.map { shard.target(for: $0) }
    }
}
