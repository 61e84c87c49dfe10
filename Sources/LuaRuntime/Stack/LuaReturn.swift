public import CLuaShim

/// How a Swift function that Lua called ends; made by `LuaCall` and by the constants here.
@frozen
public struct LuaReturn: Sendable {
    @usableFromInline let code: Int32

    @inlinable
    init(code: Int32) { self.code = code }

    /// Without results.
    @inlinable
    public static var nothing: LuaReturn { LuaReturn(code: 0) }
    /// The value on top of the stack is the result.
    @inlinable
    public static var one: LuaReturn { LuaReturn(code: 1) }
    /// The top `count` values are the results.
    @inlinable
    public static func results(_ count: Int) -> LuaReturn { LuaReturn(code: Int32(truncatingIfNeeded: count)) }
    /// The object's owner is gone: raises the class's text.
    @inlinable
    public static var stale: LuaReturn { LuaReturn(code: Int32(MOON_STALE)) }
}
