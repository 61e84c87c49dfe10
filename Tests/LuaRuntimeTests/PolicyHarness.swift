import LuaRuntime

/// A small API and one policy: what the tests need of a host.
final class PolicyHarness {
    /// Who owns objects: a place is given to somebody else by raising its generation.
    final class Host {
        var generations: [UInt32] = [0, 0, 0, 0]
        var names = ["alice", "bob", "carol", "dave"]
        var log: [String] = []
        var nested: ((LuaCall) -> LuaReturn)?
    }

    static let requestHook = LuaHooks.hook(0)
    static let replyHook = LuaHooks.hook(1)
    static let loadHook = LuaHooks.hook(2)
    static let relayToken: UInt64 = 7

    let state: LuaState
    let host = Host()
    private(set) var policy: LuaReference?
    private(set) var results: [LuaValue?] = []

    /// `body` is what a handler `request(req)` does, unless `files` has a whole policy.
    init(_ body: String = "", files: [String: String]? = nil, memoryLimit: Int = 64 << 20) throws(LuaFailure) {
        let text = "local p = {}\nfunction p.request(req) \(body)\nend\nreturn p"
        let snapshot = LuaSnapshot(files: files ?? ["policy.lua": text])
        state = LuaState(api: TestAPI.api, snapshot: snapshot, memoryLimit: memoryLimit)
        state.setHost(host)
        policy = try state.load("policy", hook: Self.loadHook)
    }

    /// Runs the handler of this name with request `slot`.
    func run(
        _ name: String = "request", hook: LuaHooks = PolicyHarness.requestHook, budget: LuaBudget = LuaBudget(),
        slot: UInt32 = 0
    ) -> LuaProgress {
        guard let policy, let handler = state.function(name, in: policy) else {
            return .failed(LuaFailure(kind: .error, message: "no handler \(name)"))
        }
        defer { state.release(handler) }
        let generation = host.generations[Int(slot)]
        return state.start(
            handler, hook: hook, budget: budget,
            arguments: { call in
                call.push(LuaHandle(type: 0, slot: slot, generation: generation))
                return 1
            }, finished: keep)
    }

    func resume(_ thread: LuaThread, _ values: LuaValue...) -> LuaProgress? {
        state.resume(
            thread,
            results: { call in
                for value in values { call.push(value) }
                return values.count
            }, finished: keep)
    }

    func resume(_ thread: LuaThread, raising message: String) -> LuaProgress? {
        state.resume(thread, raising: message, finished: keep)
    }

    private func keep(_ call: LuaCall, _ count: Int) {
        results = (0..<count).map { call.value($0 - count) }
    }

    /// What the handler returns; nil when it fails or waits.
    static func result(of body: String) -> [LuaValue?]? {
        guard let harness = try? PolicyHarness(body), case .finished = harness.run() else { return nil }
        return harness.results
    }

    /// How the handler fails; nil when it does not.
    static func failure(of body: String, budget: LuaBudget = LuaBudget()) -> LuaFailure? {
        guard let harness = try? PolicyHarness(body), case .failed(let failure) = harness.run(budget: budget)
        else { return nil }
        return failure
    }
}

extension LuaProgress {
    var failure: LuaFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
    var waiting: LuaThread? {
        if case .waiting(let thread, _) = self { thread } else { nil }
    }
    var isFinished: Bool {
        if case .finished = self { true } else { false }
    }
}
