internal import LuaRuntime
internal import SIPCore
internal import SIPRegistrar
internal import SIPSyntax
internal import SIPTransaction

/// One generation of a policy in one shard: it owns a Lua state and runs the handlers as coroutines.
///
/// It is the shard's transaction user, used on the shard's own thread alone. A handler never goes on within the call
/// that made it wait: what it waits for is begun when it has been suspended, and its end comes as an event of its own.
public final class PolicyRunner {
    /// The load that it belongs to.
    public let generation: PolicyGeneration
    let state: LuaState
    let environment: PolicyEnvironment
    /// Nil while a policy is only checked.
    unowned(unsafe) let shard: Shard?
    /// Whether this shard is the one that runs `startup` and `sip.every`.
    let isFirst: Bool
    /// What the runner has counted.
    public internal(set) var counters = PolicyCounters()
    /// Whether a newer generation has taken over (`sip.retired`).
    public internal(set) var isRetired = false

    var handlers = PolicyHandlers()
    /// Place 0 is for what the files make at their top level, and stays.
    var runs: ContiguousArray<PolicyRun> = [PolicyRun(slot: 0)]
    var freeRuns: [UInt32] = []
    var tasks: ContiguousArray<PolicyTask> = [PolicyTask()]
    var freeTasks: [UInt32] = []
    var pendingWait = PendingWait.nothing
    var pendingSpawns: [PendingSpawn] = []
    var repeats: [PolicyRepeat] = []
    var ownRequests: [UInt64: UInt32] = [:]
    var ownRequestRuns: [UInt64: OwnRequestRun] = [:]
    var ownRequestNumber: UInt64 = 0
    /// `sip.config`, made when it is first asked for.
    var configReference: LuaReference?
    /// The stores and tables that objects name by their place here.
    var stores: [PolicyStore] = []
    var storeNames: [String] = []
    var dataTables: [PolicyDataTable] = []
    let scratch = ByteWriter(capacity: 512)

    init(generation: PolicyGeneration, shard: Shard?, isFirst: Bool) throws(PolicyError) {
        self.generation = generation
        environment = generation.environment
        self.shard = shard
        self.isFirst = isFirst
        state = LuaState(
            api: PolicyAPI.api, snapshot: generation.snapshot, memoryLimit: generation.environment.stateMemory)
        runs[0].isLive = true
        tasks[0].isLive = true
        state.setHost(self)
        try load()
    }

    /// How many handler runs have not ended, coroutines of `sip.spawn` included.
    public var liveRuns: Int { runs.count - freeRuns.count - 1 }

    /// Bytes in use by Lua.
    public var memoryInUse: Int { state.memoryInUse }

    var budget: LuaBudget {
        LuaBudget(
            instructions: environment.budget.instructions, cpuNanoseconds: environment.budget.cpuNanoseconds,
            memory: environment.budget.memory)
    }
}

/// What a runner counts.
public struct PolicyCounters: Sendable, Equatable {
    /// Handler runs begun.
    public var runs: UInt64 = 0
    /// Handlers that raised or ran out of budget.
    public var errors: UInt64 = 0
    /// Of these, those that ran out of budget.
    public var overBudget: UInt64 = 0
    /// Requests that a handler left undecided.
    public var noDecision: UInt64 = 0

    public init() {}
}
