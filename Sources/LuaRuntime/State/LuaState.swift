internal import CLua
internal import CLuaShim

/// One Lua state: a generation of a policy in one shard.
///
/// Used by one thread at a time. It owns the compiled policy, the pool of coroutines and all Lua memory; the API it
/// offers to the policy and the files it loads are shared. The host that API functions find in their calls is not
/// retained.
public final class LuaState {
    public let api: LuaAPI
    public let snapshot: LuaSnapshot
    let core: OpaquePointer
    let main: OpaquePointer
    private let dispatch: UnsafeMutablePointer<LuaDispatch>

    /// `memoryLimit` bounds the whole state, in bytes; handlers have their own limits below it.
    public init(api: LuaAPI, snapshot: LuaSnapshot, memoryLimit: Int = 512 << 20) {
        self.api = api
        self.snapshot = snapshot
        dispatch = .allocate(capacity: 1)
        dispatch.initialize(
            to: LuaDispatch(
                bodies: api.tables.bodies, accessors: api.tables.accessors, snapshot: snapshot)
        )
        var configuration = moon_configuration()
        configuration.callbacks = LuaDispatch.callbacks
        configuration.classes = UnsafePointer(api.tables.classes)
        configuration.class_count = UInt32(api.tables.classCount)
        configuration.hook_names = UnsafePointer(api.tables.hookNames)
        configuration.memory_limit = memoryLimit
        configuration.runtime = UnsafeMutableRawPointer(dispatch)
        guard let core = moon_state_new(&configuration), let main = moon_state_lua(core) else {
            preconditionFailure("no memory for a Lua state")
        }
        self.core = core
        self.main = main
        LuaRegistration(state: main, api: api).run()
    }

    deinit {
        moon_state_close(core)
        dispatch.deinitialize(count: 1)
        dispatch.deallocate()
    }

    /// Sets what `LuaCall.host(as:)` gives; nil when the host goes away. It is not retained.
    public func setHost(_ host: AnyObject?) {
        moon_state_set_host(core, host.map { Unmanaged.passUnretained($0).toOpaque() })
    }

    /// Bytes in use by Lua.
    public var memoryInUse: Int { moon_state_memory(core) }

    /// Handlers that run or wait.
    public var liveHandlers: Int { Int(moon_live_threads(core)) }

    /// Coroutines kept for reuse.
    public var idleCoroutines: Int { Int(moon_idle_threads(core)) }

    /// Collects all garbage; for tests and for times when nothing else is to do.
    public func collectGarbage() { moon_collect(main) }

    /// Gives up a value that was kept.
    public func release(_ reference: LuaReference) {
        luaL_unref(main, moon_registry(), reference.number)
    }

    /// Access to the stack outside of any handler, for reading references; what `body` pushes is popped afterwards.
    public func withStack<Result>(_ body: (LuaCall) -> Result) -> Result {
        let top = lua_gettop(main)
        defer { lua_settop(main, top) }
        return body(LuaCall(main))
    }
}
