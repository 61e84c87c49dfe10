public import CLua
public import CLuaShim

/// One call from Lua into Swift: its arguments, and the stack on which results are pushed.
///
/// Only valid during the call. Arguments were checked against the declaration before the body runs, and those that
/// were not given are nil. Nothing here raises: what Lua could refuse, memory, is not refused during a call.
@frozen
public struct LuaCall {
    /// The coroutine that called.
    public let state: OpaquePointer
    @usableFromInline let optionBase: Int32

    @inlinable
    public init(_ state: OpaquePointer, optionBase: Int32 = 0) {
        self.state = state
        self.optionBase = optionBase
    }

    // MARK: Arguments

    /// The number of values on the stack.
    @inlinable
    public var count: Int { Int(lua_gettop(state)) }

    /// The position of option `number`, in the order of declaration, of the parameter that has options.
    @inlinable
    public func option(_ number: Int) -> Int { Int(optionBase) &+ number }

    @inlinable
    public func kind(_ index: Int) -> LuaKind { LuaKind(rawValue: lua_type(state, Int32(index))) ?? .null }

    /// Nil, or not there.
    @inlinable
    public func isNil(_ index: Int) -> Bool { lua_type(state, Int32(index)) <= 0 }

    /// False for nil and false, true for everything else.
    @inlinable
    public func bool(_ index: Int) -> Bool { lua_toboolean(state, Int32(index)) != 0 }

    /// The number as an integer; 0 for what is none.
    @inlinable
    public func integer(_ index: Int) -> Int { Int(lua_tointegerx(state, Int32(index), nil)) }

    /// The number as an integer, or nil for what is none.
    @inlinable
    public func optionalInteger(_ index: Int) -> Int? {
        var isInteger: Int32 = 0
        let value = lua_tointegerx(state, Int32(index), &isInteger)
        return isInteger != 0 ? Int(value) : nil
    }

    /// The number; 0 for what is none.
    @inlinable
    public func number(_ index: Int) -> Double { lua_tonumberx(state, Int32(index), nil) }

    @inlinable
    public func optionalNumber(_ index: Int) -> Double? {
        var isNumber: Int32 = 0
        let value = lua_tonumberx(state, Int32(index), &isNumber)
        return isNumber != 0 ? value : nil
    }

    /// The bytes of a string, valid while it is on the stack; empty for what is no string.
    @inlinable
    public func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        guard lua_type(state, Int32(index)) == LUA_TSTRING else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        var length = 0
        let start = lua_tolstring(state, Int32(index), &length)
        return UnsafeRawBufferPointer(start: start, count: length)
    }

    /// A copy of a string; bytes that are no UTF-8 are replaced.
    public func string(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    public func optionalString(_ index: Int) -> String? { kind(index) == .string ? string(index) : nil }

    /// The object, or nil for what is none.
    @inlinable
    public func object(_ index: Int) -> LuaHandle? {
        guard let handle = moon_to_object(state, Int32(index)) else { return nil }
        return LuaHandle(handle.pointee)
    }

    /// Keeps the value until `LuaState.release`.
    public func reference(_ index: Int) -> LuaReference {
        lua_pushvalue(state, Int32(index))
        return LuaReference(number: luaL_ref(state, moon_registry()))
    }

    // MARK: Results

    @inlinable
    public func pushNil() { lua_pushnil(state) }

    @inlinable
    public func push(_ value: Bool) { lua_pushboolean(state, value ? 1 : 0) }

    @inlinable
    public func push(_ value: Int) { lua_pushinteger(state, lua_Integer(value)) }

    @inlinable
    public func push(_ value: Double) { lua_pushnumber(state, value) }

    /// Pushes a string of these bytes.
    @inlinable
    public func push(_ bytes: UnsafeRawBufferPointer) {
        lua_pushlstring(state, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    @inlinable
    public func push(_ literal: StaticString) {
        push(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    public func push(_ text: String) {
        var text = text
        text.withUTF8 { push(UnsafeRawBufferPointer($0)) }
    }

    /// Pushes an object of the class that the handle names.
    @inlinable
    public func push(_ handle: LuaHandle) { moon_push_object(state, handle.imported) }

    @inlinable
    public func push(_ reference: LuaReference) {
        lua_rawgeti(state, moon_registry(), lua_Integer(reference.number))
    }

    /// Pushes a metamethod of a class: `__pairs` returns `__next`, an object that keeps its place in `detail`, and nil.
    public func pushMetamethod(_ name: String, of type: UInt32) { moon_push_metamethod(state, type, name) }

    /// Changes the detail of the object at `index`.
    @inlinable
    public func setDetail(_ index: Int, _ detail: UInt32) { moon_set_detail(state, Int32(index), detail) }

    /// Pushes a copy of the value at `index`.
    @inlinable
    public func pushCopy(of index: Int) { lua_pushvalue(state, Int32(index)) }

    @inlinable
    public func pop(_ count: Int = 1) { moon_pop(state, Int32(count)) }

    // MARK: The end of the call

    /// Raises `message`, prefixed with the policy's file and line.
    public func raise(_ message: String) -> LuaReturn {
        push(message)
        return LuaReturn(code: Int32(MOON_RAISE))
    }

    /// Returns nil and an error with `kind` and `message`: what a look-up that found nothing gives.
    public func absent(kind: String, _ message: String) -> LuaReturn {
        LuaReturn(code: moon_push_error(state, kind, message))
    }

    /// Suspends the handler. The host is given `token` and resumes it later; the values pushed then are the results.
    @inlinable
    public func wait(_ token: UInt64 = 0) -> LuaReturn {
        moon_running_thread(state)?.pointee.token = token
        return LuaReturn(code: Int32(MOON_WAIT))
    }
}
