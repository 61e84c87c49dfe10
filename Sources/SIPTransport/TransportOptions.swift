public import SIPSyntax
public import SIPTransaction

/// What the transports may use, and what they put up with.
public struct TransportOptions: Sendable {
    /// Threads that read datagrams and run timers; nil for one a processor.
    public var datagramThreads: Int? = nil
    /// Event loops for connections; nil for one a processor.
    public var streamThreads: Int? = nil
    /// How large a message may be.
    public var messageLimits = MessageLimits()
    /// The datagrams of one read; a full read makes another thread join.
    public var batch = 32
    /// How long datagrams may gather before they are read, when more than some 8,000 a second arrive; zero reads each
    /// at once.
    public var gatherTime = SIPDuration(nanoseconds: 250_000)
    /// The kernel's receive buffer of each datagram socket, in bytes.
    public var receiveBuffer = 4 * 1024 * 1024
    /// How long one shard may run, and how much may wait for it.
    public var quota = ShardQuota()
    /// Connections open at once.
    public var maxConnections = 20_000
    /// Connections open at once from one address.
    public var maxConnectionsPerSource = 1_000
    /// How long a connection that this server opens may take.
    public var connectTimeout = SIPDuration.seconds(Int64(5))
    /// A connection without traffic for so long is closed.
    public var idleTimeout = SIPDuration.seconds(Int64(1_800))
    /// An accepted connection that has not brought a message for so long is closed.
    public var firstMessageTimeout = SIPDuration.seconds(Int64(30))
    /// A message must be complete this long after its first byte.
    public var messageTimeout = SIPDuration.seconds(Int64(10))
    /// How long a connection whose peer has stopped sending stays open for answers.
    public var halfClosedTimeout = SIPDuration.seconds(Int64(32))
    /// Bytes that may wait to be written to one connection; past it the connection is closed.
    public var maxPendingWriteBytes = 1024 * 1024
    /// Bytes that may wait for a connection that is being opened.
    public var maxPendingConnectBytes = 256 * 1024
    /// Writes the answer to a request that is refused because its shard's queue is full (a 503); nil drops it.
    /// Runs on any transport thread, outside of the shards.
    public var refusal: (@Sendable (borrowing SIPMessage, Flow, Outbox) -> Void)? = nil

    public init() {}
}
