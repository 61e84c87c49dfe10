public import CLuaShim

/// A handler that runs or waits.
///
/// It may be kept for later: once the handler has ended, `isAlive` is false and nothing reaches another handler by it.
/// It must not be used after its state is gone.
@frozen
public struct LuaThread: Hashable, @unchecked Sendable {
    // Unchecked: it is a number for its holder, only used with the state that it belongs to.
    @usableFromInline let record: UnsafeMutablePointer<moon_thread>
    @usableFromInline let serial: UInt32

    @inlinable
    init(_ record: UnsafeMutablePointer<moon_thread>) {
        self.record = record
        self.serial = record.pointee.serial
    }

    /// The handler has not ended.
    @inlinable
    public var isAlive: Bool { record.pointee.serial == serial }

    /// It is suspended in a wait.
    @inlinable
    public var isWaiting: Bool { isAlive && record.pointee.status == UInt8(MOON_SUSPENDED) }

    /// The number that the host gave to the handler when it started it.
    @inlinable
    public var context: UInt64 { record.pointee.context }
}

/// How far a handler came.
public enum LuaProgress: Sendable {
    /// It ended; its results have been handed over.
    case finished
    /// It waits for what the called function named by `token`.
    case waiting(LuaThread, token: UInt64)
    /// It raised or ran out of budget, and is gone.
    indirect case failed(LuaFailure)
}
