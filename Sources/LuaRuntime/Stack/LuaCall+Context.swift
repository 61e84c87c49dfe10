internal import CLua
public import CLuaShim

extension LuaCall {
    /// The object that `LuaState.host` was set to; the caller names its class.
    @inlinable
    public func host<Host: AnyObject>(as type: Host.Type) -> Host {
        guard let pointer = moon_host(state) else { preconditionFailure("the state has no host") }
        return Unmanaged<Host>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// The same without a reference count, for getters: a pair costs more than the field.
    @inlinable
    @inline(__always)
    public func withHost<Host: AnyObject>(as type: Host.Type, _ body: (Host) -> LuaReturn) -> LuaReturn {
        guard let pointer = moon_host(state) else { preconditionFailure("the state has no host") }
        return Unmanaged<Host>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0) }
    }

    /// The handler that called; nil while the state is being made.
    @inlinable
    public var thread: LuaThread? { moon_running_thread(state).map(LuaThread.init) }

    /// The number that the host gave to the handler when it started it.
    @inlinable
    public var context: UInt64 { moon_running_thread(state)?.pointee.context ?? 0 }

    /// The hook that runs.
    @inlinable
    public var hook: LuaHooks { LuaHooks(rawValue: moon_running_thread(state)?.pointee.hook ?? 0) }

    /// False at the top level of a file and inside a function that C called (`table.sort`, `string.gsub`).
    @inlinable
    public var canWait: Bool { moon_can_wait(state) }

    /// Charges work done in Swift to the handler's budget, in the unit of Lua instructions (about 10 ns each).
    @inlinable
    public func charge(_ instructions: Int) { moon_charge_later(state, Int64(instructions)) }

    /// Where the policy called from, as `policy.lua:12`; empty when it is not known.
    public var position: String {
        luaL_where(state, 1)
        defer { pop() }
        let text = string(-1)
        return text.hasSuffix(": ") ? String(text.dropLast(2)) : text
    }
}
