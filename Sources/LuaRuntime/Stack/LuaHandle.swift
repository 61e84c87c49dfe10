public import CLuaShim

/// What an object of the API is in Lua: its class, its owner's place and generation, and a detail for the class.
///
/// A handle keeps nothing alive. The owner compares `generation` at each use and returns `.stale` when the place has
/// been given to somebody else.
@frozen
public struct LuaHandle: Sendable, Hashable {
    /// The class, as `LuaAPI.type(of:)` says.
    public var type: UInt32
    public var slot: UInt32
    public var generation: UInt32
    /// Free for the class: which header, which branch.
    public var detail: UInt32

    @inlinable
    public init(type: UInt32, slot: UInt32, generation: UInt32 = 0, detail: UInt32 = 0) {
        self.type = type
        self.slot = slot
        self.generation = generation
        self.detail = detail
    }

    @inlinable
    init(_ handle: moon_handle) {
        self.init(type: handle.type, slot: handle.slot, generation: handle.generation, detail: handle.detail)
    }

    @inlinable var imported: moon_handle {
        moon_handle(type: type, slot: slot, generation: generation, detail: detail)
    }
}

/// A Lua value that Swift keeps alive until it releases it (`LuaState.release`).
@frozen
public struct LuaReference: Sendable, Hashable {
    @usableFromInline let number: Int32

    @inlinable
    init(number: Int32) { self.number = number }
}

/// The type of a value on the stack.
@frozen
public enum LuaKind: Int32, Sendable {
    case absent = -1
    case null = 0
    case boolean = 1
    case lightPointer = 2
    case number = 3
    case string = 4
    case table = 5
    case function = 6
    case object = 7
    case coroutine = 8
}
