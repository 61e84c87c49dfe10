internal import CLuaShim

/// What one handler may use, over all its stretches between waits together unless said otherwise.
public struct LuaBudget: Sendable, Hashable {
    /// Lua instructions; work inside library functions is counted in the same unit.
    public var instructions: Int
    /// CPU time in nanoseconds, looked at every few milliseconds.
    public var cpuNanoseconds: Int
    /// Wall time in nanoseconds of one stretch without a wait; 0 is no limit.
    public var wallNanoseconds: Int
    /// Bytes above what was in use when the stretch began.
    public var memory: Int

    public init(
        instructions: Int = 5_000_000, cpuNanoseconds: Int = 100_000_000, wallNanoseconds: Int = 0,
        memory: Int = 4 << 20
    ) {
        self.instructions = instructions
        self.cpuNanoseconds = cpuNanoseconds
        self.wallNanoseconds = wallNanoseconds
        self.memory = memory
    }

    /// For a file's top level, which builds tables.
    public static let load = LuaBudget(
        instructions: 200_000_000, cpuNanoseconds: 2_000_000_000, wallNanoseconds: 0, memory: 256 << 20)

    var imported: moon_budget {
        moon_budget(
            instructions: Int64(instructions), cpu_nanoseconds: Int64(cpuNanoseconds),
            wall_nanoseconds: Int64(wallNanoseconds), memory: memory)
    }
}
