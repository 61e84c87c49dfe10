internal import LuaRuntime

/// The hooks of the API: the handlers of a policy, and the places where its functions are called.
enum PolicyHook {
    static let load = LuaHooks.hook(0)
    static let request = LuaHooks.hook(1)
    static let response = LuaHooks.hook(2)
    static let startup = LuaHooks.hook(3)
    static let shutdown = LuaHooks.hook(4)
    static let registered = LuaHooks.hook(5)
    static let unregistered = LuaHooks.hook(6)
    static let onReply = LuaHooks.hook(7)
    static let onBranch = LuaHooks.hook(8)
    static let task = LuaHooks.hook(9)
    static let users = LuaHooks.hook(10)

    static let names = [
        "the top level of a file", "request", "response", "startup", "shutdown", "registered", "unregistered",
        "on_reply", "on_branch", "sip.spawn or sip.every", "users",
    ]

    /// Where a request is decided.
    static let deciding: LuaHooks = [request, task]
    /// Where waiting is possible.
    static let waiting = LuaHooks.everywhere.subtracting([load, onBranch])
    /// Everywhere but at the top level of a file, which runs in every shard and only declares.
    static let handlers = LuaHooks.everywhere.subtracting(load)
}

/// The functions that a policy returned.
struct PolicyHandlers {
    var request: LuaReference?
    var response: LuaReference?
    var startup: LuaReference?
    var shutdown: LuaReference?
    var registered: LuaReference?
    var unregistered: LuaReference?
    var isStateless = false
    var names: [String] = []

    /// Handlers of the API that this version does not have yet.
    static let notYet = ["call", "http"]
    /// Entries that are settings.
    static let settings = ["stateless"]
}

extension PolicyRunner {
    /// Runs the policy's files and takes its handlers.
    func load() throws(PolicyError) {
        let policy: LuaReference
        do throws(LuaFailure) {
            policy = try state.load(generation.module, hook: PolicyHook.load)
        } catch {
            throw PolicyError(error.message)
        }
        defer { state.release(policy) }
        let file = generation.module + ".lua"
        guard state.kind(of: policy) == .table else {
            throw PolicyError("\(file): a policy returns the table of its handlers; end it with 'return policy'")
        }
        for name in state.names(in: policy) { try take(name, of: policy, file) }
    }

    private func take(_ name: String, of policy: LuaReference, _ file: String) throws(PolicyError) {
        if PolicyHandlers.notYet.contains(name) {
            throw PolicyError("\(file): the handler '\(name)' is not available yet")
        }
        if name == "stateless" {
            guard state.kind(of: policy, entry: name) == .boolean else {
                throw PolicyError("\(file): 'stateless' is true or false")
            }
            handlers.isStateless = state.value(of: policy, entry: name) == .boolean(true)
            return
        }
        guard let slot = PolicyRunner.slots[name] else { throw PolicyError("\(file): \(unknown(name))") }
        guard let function = state.function(name, in: policy) else {
            throw PolicyError("\(file): the handler '\(name)' is not a function")
        }
        handlers[keyPath: slot] = function
        handlers.names.append(name)
    }

    private func unknown(_ name: String) -> String {
        let known = PolicyRunner.slots.keys.sorted().joined(separator: ", ")
        return "there is no handler '\(name)'; handlers are \(known). Keep helpers in local functions"
    }

    private static var slots: [String: WritableKeyPath<PolicyHandlers, LuaReference?>] {
        [
            "request": \.request, "response": \.response, "startup": \.startup, "shutdown": \.shutdown,
            "registered": \.registered, "unregistered": \.unregistered,
        ]
    }
}
