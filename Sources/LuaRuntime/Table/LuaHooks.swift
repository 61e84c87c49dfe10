/// The handlers of a policy in which something may be called, as a set of bits.
///
/// The names belong to the API: `LuaAPI.hookNames[n]` is the name of bit n.
public struct LuaHooks: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The hook with the number that its name has in `LuaAPI.hookNames`.
    @inlinable
    public static func hook(_ number: Int) -> LuaHooks { LuaHooks(rawValue: 1 << UInt32(number)) }

    /// Everywhere, the top level of a file included.
    public static let everywhere = LuaHooks(rawValue: .max)
}
