internal import LuaRuntime
public import SIPCore

/// One load of a policy: a snapshot of its files that all shards run.
///
/// Loading compiles and runs the files once in a state of their own; a load that fails changes nothing and says why.
public final class PolicyGeneration: Sendable {
    /// Counts the loads of this process, from 1.
    public let number: Int
    /// Names the files' contents: equal for equal files.
    public let contentHash: String
    /// The handlers that the policy returned, sorted.
    public let handlers: [String]
    /// Whether the policy takes CANCEL and ACK that match nothing (`policy.stateless`).
    public let isStateless: Bool
    let snapshot: LuaSnapshot
    let module: String
    let environment: PolicyEnvironment
    let tables: PolicyTables

    /// What tokens are marked with, so that several generations can share a shard.
    var tag: UInt16 { UInt16(truncatingIfNeeded: number & 0x7FFF) | 0x8000 }

    private init(
        number: Int, contentHash: String, handlers: [String], isStateless: Bool, _ source: PolicySource,
        _ environment: PolicyEnvironment
    ) {
        self.number = number
        self.contentHash = contentHash
        self.handlers = handlers
        self.isStateless = isStateless
        snapshot = source.snapshot
        module = source.module
        tables = source.tables
        self.environment = environment
    }

    /// Loads `<folder>/<module>.lua` and every file that it requires.
    public static func load(
        folder: String, module: String = "policy", number: Int = 1, environment: PolicyEnvironment
    ) throws(PolicyError) -> PolicyGeneration {
        let source = PolicySource(
            snapshot: LuaSnapshot(folder: folder), module: module, tables: PolicyTables(folder: folder))
        return try load(source, number: number, environment)
    }

    /// Loads a policy from files in memory, by name (`policy.lua`, `lib/routes.lua`).
    public static func load(
        files: [String: String], module: String = "policy", number: Int = 1, environment: PolicyEnvironment
    ) throws(PolicyError) -> PolicyGeneration {
        let source = PolicySource(
            snapshot: LuaSnapshot(files: files), module: module, tables: PolicyTables(files: files))
        return try load(source, number: number, environment)
    }

    private static func load(
        _ source: PolicySource, number: Int, _ environment: PolicyEnvironment
    ) throws(PolicyError) -> PolicyGeneration {
        let draft = PolicyGeneration(
            number: number, contentHash: "", handlers: [], isStateless: false, source, environment)
        let trial = try PolicyRunner(generation: draft, shard: nil, isFirst: false)
        source.snapshot.seal()
        source.tables.seal()
        return PolicyGeneration(
            number: number, contentHash: ContentHash.of(source.snapshot.files, source.tables.files),
            handlers: trial.handlers.names, isStateless: trial.handlers.isStateless, source, environment)
    }

    /// A runner for a shard; `isFirst` for the one shard that runs `startup` and `sip.every`.
    ///
    /// Its `begin()` is called when it has become the shard's transaction user.
    public func makeRunner(shard: Shard, isFirst: Bool) throws(PolicyError) -> PolicyRunner {
        try PolicyRunner(generation: self, shard: shard, isFirst: isFirst)
    }

    /// Whether the policy has this handler.
    public func has(handler name: String) -> Bool { handlers.contains(name) }
}

/// Where a policy's files come from.
struct PolicySource {
    var snapshot: LuaSnapshot
    var module: String
    var tables: PolicyTables
}

/// A short name for the contents of files.
enum ContentHash {
    /// FNV-1a over names and contents in order: it tells loads apart and is no protection against anybody.
    static func of(_ groups: [String: [UInt8]]...) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func absorb(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        for files in groups {
            for name in files.keys.sorted() {
                absorb(name.utf8)
                absorb(files[name] ?? [])
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
