public import SIPAuthentication
public import SIPRegistrar

/// The users that digests are checked against.
public protocol UserSource: Sendable {
    /// The stored hash of a user for `algorithm.hash`; nil when there is no such user, or no hash for the algorithm.
    func ha1(user: [UInt8], realm: [UInt8], algorithm: DigestAlgorithm) -> DigestValue?
}

/// A source without users.
public struct NoUsers: UserSource {
    public init() {}

    public func ha1(user: [UInt8], realm: [UInt8], algorithm: DigestAlgorithm) -> DigestValue? { nil }
}

/// What one handler run may use.
public struct PolicyBudget: Sendable, Hashable {
    /// Lua instructions, over all stretches between waits.
    public var instructions = 5_000_000
    /// CPU time in nanoseconds, likewise.
    public var cpuNanoseconds = 50_000_000
    /// Bytes above what the state used when the stretch began.
    public var memory = 4 << 20

    public init() {}
}

/// What a policy gets from the server that runs it; all of it is shared by all shards and outlives generations.
public struct PolicyEnvironment: Sendable {
    /// The configured user table, for `auth.require`.
    public var users: any UserSource = NoUsers()
    /// The dictionaries of `sip.store`.
    public var stores = PolicyStores()
    /// The metrics of `sip.metric`.
    public var metrics = PolicyMetrics()
    /// Takes log messages; called on the shard's thread, so it may not block.
    public var log: @Sendable (PolicyLogEntry) -> Void = { _ in }
    /// Messages below it are not made.
    public var minimumLogLevel = PolicyLogLevel.info
    /// `sip.config`: the `policy.settings` of the configuration.
    public var settings = PolicyValue.map([:])
    /// The registrar's bounds where `registrar.save` gives none.
    public var registrationRules = RegistrationRules()
    /// What challenges offer where `auth.require` says nothing.
    public var algorithms = DigestAlgorithmSet.standard
    /// What one handler run may use.
    public var budget = PolicyBudget()
    /// The most bytes that the Lua state of one shard may use.
    public var stateMemory = 512 << 20

    public init() {}
}
