public import SIPProxy
import SIPSyntax
public import SIPTokens
public import SIPTransaction

/// What a shard is told about the server it belongs to. Each shard has its own copy.
public struct CoreConfiguration: Sendable {
    public var identity: ServerIdentity
    public var keys: KeyRing
    public var timers = TimerConfiguration()
    /// How many shards there are; responses to other shards' branches are passed on.
    public var shardCount = 1
    /// This run of the server: connections of another one are dead.
    public var bootID: UInt64 = 1
    /// How long the policy may think about an INVITE before a 100 is sent (§17.2.1).
    public var tryingDelay = SIPDuration.milliseconds(200)
    /// The longest that a branch may ring without a final response, Timer C's bound.
    public var maximumRinging = SIPDuration.seconds(Int64(600))
    /// Timer C: more than three minutes without a provisional response (§16.6 step 11).
    public var timerC = SIPDuration.seconds(Int64(181))
    /// The most server transactions that a shard keeps; past it new requests are answered 503.
    public var maximumTransactions = 1_000_000
    /// The most branches of one request, over all attempts.
    public var maximumBranches = 64
    /// The value of Server in responses made here; empty for none.
    public var serverName: [UInt8] = []
    /// Whether Route values of strangers in out-of-dialog requests are followed.
    public var allowsPreloadedRoutes = false
    /// Whether the policy takes CANCEL and ACK that match nothing (`policy.stateless`).
    public var isStateless = false
    /// Requests above this size go over a congestion-controlled transport when the target allows it (§18.1.1).
    public var largestDatagram = 1300

    public init(identity: ServerIdentity, keys: KeyRing) {
        self.identity = identity
        self.keys = keys
    }
}

/// What a shard counts; read by whoever owns it between two runs.
public struct CoreCounters: Sendable, Equatable {
    public var requests: UInt64 = 0
    public var responses: UInt64 = 0
    public var retransmissionsAbsorbed: UInt64 = 0
    public var retransmissionsSent: UInt64 = 0
    public var malformed: UInt64 = 0
    public var strayResponses: UInt64 = 0
    public var strayAcks: UInt64 = 0
    public var forgedBranches: UInt64 = 0
    public var loops: UInt64 = 0
    public var overload: UInt64 = 0
    public var noDecision: UInt64 = 0
    public var transportFailures: UInt64 = 0

    public init() {}
}
