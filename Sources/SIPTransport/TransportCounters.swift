internal import Synchronization

/// What the transports have counted since the start: a sum over all threads, made when it is read.
public struct TransportCounters: Hashable, Sendable {
    /// Datagrams received, keep-alives and garbage included.
    public var datagramsReceived: UInt64 = 0
    /// Datagrams that the kernel took.
    public var datagramsSent: UInt64 = 0
    /// Datagrams that the kernel dropped because the receive buffer was full.
    public var kernelDrops: UInt64 = 0
    /// CRLF, empty and STUN datagrams, and CRLF on connections.
    public var keepAlives: UInt64 = 0
    /// Datagrams and streams that held no SIP message.
    public var parseFailures: UInt64 = 0
    /// Messages that no shard took: the router named none.
    public var unroutable: UInt64 = 0
    /// Requests dropped because the shard's queue was full.
    public var requestsRefused: UInt64 = 0
    /// Responses dropped because the shard's queue was full.
    public var responsesRefused: UInt64 = 0
    /// Datagrams that were not sent because the socket's send buffer stayed full.
    public var sendBufferFull: UInt64 = 0
    /// Messages that could not be sent for another reason.
    public var sendFailures: UInt64 = 0
    /// Messages received on connections.
    public var streamMessagesReceived: UInt64 = 0
    /// Messages written to connections.
    public var streamMessagesSent: UInt64 = 0
    /// Connections accepted.
    public var connectionsAccepted: UInt64 = 0
    /// Connections that this server opened.
    public var connectionsOpened: UInt64 = 0
    /// Connections that this server could not open.
    public var connectFailures: UInt64 = 0
    /// Connections closed, by either side.
    public var connectionsClosed: UInt64 = 0
    /// Connections refused because of a limit.
    public var connectionsRefused: UInt64 = 0
    /// Connections closed because the peer did not read.
    public var slowReadersClosed: UInt64 = 0
    /// Connections closed because they were idle, or a message did not arrive in time.
    public var timedOut: UInt64 = 0
    /// How often a second thread was woken because one had full batches or was late.
    public var threadsWoken: UInt64 = 0
}

/// The counters of one thread: only it writes them, so that counting is a plain addition; anyone may read them.
final class ThreadCounters: @unchecked Sendable {
    // Sendable: the values are atomic.
    enum Name: Int, CaseIterable {
        case datagramsReceived, datagramsSent, keepAlives, parseFailures, unroutable
        case requestsRefused, responsesRefused, sendBufferFull, sendFailures
        case streamMessagesReceived, streamMessagesSent
        case connectionsAccepted, connectionsOpened, connectFailures, connectionsClosed, connectionsRefused
        case slowReadersClosed, timedOut, threadsWoken
    }

    private let values: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        // Lines of the cache at both ends that no other thread's counters share.
        let count = Name.allCases.count + 16
        values = .allocate(capacity: count)
        for index in 0..<count { (values + index).initialize(to: Atomic(0)) }
    }

    deinit { values.deallocate() }

    func add(_ name: Name, _ amount: Int = 1) {
        let value = values + (name.rawValue &+ 8)
        let sum = value.pointee.load(ordering: .relaxed) &+ UInt64(truncatingIfNeeded: amount)
        value.pointee.store(sum, ordering: .relaxed)
    }

    func value(_ name: Name) -> UInt64 { values[name.rawValue + 8].load(ordering: .relaxed) }

    /// Adds this thread's values to a sum.
    func add(to sum: inout TransportCounters) {
        sum.datagramsReceived += value(.datagramsReceived)
        sum.datagramsSent += value(.datagramsSent)
        sum.keepAlives += value(.keepAlives)
        sum.parseFailures += value(.parseFailures)
        sum.unroutable += value(.unroutable)
        sum.requestsRefused += value(.requestsRefused)
        sum.responsesRefused += value(.responsesRefused)
        sum.sendBufferFull += value(.sendBufferFull)
        sum.sendFailures += value(.sendFailures)
        sum.streamMessagesReceived += value(.streamMessagesReceived)
        sum.streamMessagesSent += value(.streamMessagesSent)
        sum.connectionsAccepted += value(.connectionsAccepted)
        sum.connectionsOpened += value(.connectionsOpened)
        sum.connectFailures += value(.connectFailures)
        sum.connectionsClosed += value(.connectionsClosed)
        sum.connectionsRefused += value(.connectionsRefused)
        sum.slowReadersClosed += value(.slowReadersClosed)
        sum.timedOut += value(.timedOut)
        sum.threadsWoken += value(.threadsWoken)
    }
}
