/// The client transaction for every method but INVITE and ACK (RFC 3261 §17.1.2).
///
/// It decides when the request is sent and which responses reach the transaction user; it keeps no message and no
/// time. Letting go of the value abandons the transaction.
@frozen
public struct NonInviteClientTransaction: Hashable, Sendable {
    /// The states of figure 6.
    @frozen
    public enum State: Hashable, Sendable {
        /// The request is out and nothing came back; on unreliable transports it was sent again so many times.
        case trying(retransmissions: UInt8)
        /// A provisional response came.
        case proceeding
        /// A final response came; further ones are absorbed.
        case completed
        /// The transaction is over.
        case terminated
    }

    @usableFromInline var current: State
    /// Whether the request goes over a reliable transport.
    public let isReliable: Bool

    /// A new transaction, over a transport that loses nothing or over one that does.
    @inlinable
    public init(isReliable: Bool) {
        current = .trying(retransmissions: 0)
        self.isReliable = isReliable
    }

    /// Where the transaction is.
    @inlinable
    public var state: State { current }

    /// Whether the transaction is over.
    @inlinable
    public var isTerminated: Bool { current == .terminated }

    /// Sends the request; the first event of the transaction.
    @inlinable
    public mutating func start<S: ActionSink>(_ timers: borrowing TimerConfiguration, into sink: inout S) {
        sink.perform(.sendRequest)
        if !isReliable { sink.perform(.start(.e, after: min(timers.t1, timers.t2))) }
        sink.perform(.start(.f, after: timers.transactionTimeout))
    }

    /// A response with this status code came.
    @inlinable
    public mutating func responseReceived<S: ActionSink>(
        status: UInt16, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch current {
        case .trying, .proceeding:
            if status < 200 {
                // Timer E runs on and takes T2 from its next firing (§17.1.2.2).
                current = .proceeding
                sink.perform(.deliver)
            } else {
                complete(timers, &sink)
            }
        case .completed, .terminated:
            break
        }
    }

    @inlinable
    mutating func complete<S: ActionSink>(_ timers: borrowing TimerConfiguration, _ sink: inout S) {
        if !isReliable { sink.perform(.cancel(.e)) }
        sink.perform(.cancel(.f))
        sink.perform(.deliver)
        // Timer K is zero on reliable transports: nothing is retransmitted there.
        if isReliable {
            terminate(&sink)
        } else {
            current = .completed
            sink.perform(.start(.k, after: timers.t4))
        }
    }

    /// A timer that the machine started has fired; one of an earlier state is ignored.
    @inlinable
    public mutating func timerFired<S: ActionSink>(
        _ timer: TransactionTimer, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch (current, timer) {
        case (.trying(let retransmissions), .e) where !isReliable:
            let next = min(retransmissions, 29) + 1
            current = .trying(retransmissions: next)
            sink.perform(.sendRequest)
            sink.perform(.start(.e, after: timers.doubledUpToT2(next)))
        case (.proceeding, .e) where !isReliable:
            sink.perform(.sendRequest)
            sink.perform(.start(.e, after: timers.t2))
        case (.trying, .f), (.proceeding, .f):
            sink.perform(.inform(.timeout))
            terminate(&sink)
        case (.completed, .k):
            terminate(&sink)
        default:
            break
        }
    }

    /// The request could not be sent (§17.1.4).
    @inlinable
    public mutating func transportFailed<S: ActionSink>(into sink: inout S) {
        switch current {
        case .trying, .proceeding:
            sink.perform(.inform(.transportFailure))
            terminate(&sink)
        case .completed, .terminated:
            break
        }
    }

    @inlinable
    mutating func terminate<S: ActionSink>(_ sink: inout S) {
        current = .terminated
        sink.perform(.terminate)
    }
}
