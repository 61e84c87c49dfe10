/// The server transaction for every method but INVITE and ACK (RFC 3261 §17.2.2).
///
/// The driver makes it when such a request matches no transaction. It keeps no message and no time. What RFC 4320
/// forbids (a 408, a late provisional) the transaction user does not give.
@frozen
public struct NonInviteServerTransaction: Hashable, Sendable {
    /// The states of figure 8.
    @frozen
    public enum State: Hashable, Sendable {
        /// No response yet.
        case trying
        /// A provisional response was sent.
        case proceeding
        /// The final response was sent; it is sent again when the request comes again.
        case completed
        /// The transaction is over.
        case terminated
    }

    @usableFromInline var current: State
    /// Whether the request came over a reliable transport.
    public let isReliable: Bool

    /// A new transaction, over a transport that loses nothing or over one that does.
    @inlinable
    public init(isReliable: Bool) {
        current = .trying
        self.isReliable = isReliable
    }

    /// Where the transaction is.
    @inlinable
    public var state: State { current }

    /// Whether the transaction is over.
    @inlinable
    public var isTerminated: Bool { current == .terminated }

    /// Whether a final response was given.
    @inlinable
    public var hasFinalResponse: Bool { current == .completed || current == .terminated }

    /// The request came again.
    @inlinable
    public mutating func requestReceived<S: ActionSink>(into sink: inout S) {
        switch current {
        case .proceeding, .completed: sink.perform(.sendResponse)
        case .trying, .terminated: break
        }
    }

    /// The transaction user gives a response with this status code; one after the final response is dropped.
    @inlinable
    public mutating func respond<S: ActionSink>(
        status: UInt16, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch current {
        case .trying, .proceeding:
            sink.perform(.sendResponse)
            if status < 200 {
                current = .proceeding
            } else if isReliable {
                // Timer J is zero on reliable transports: no request is retransmitted there.
                terminate(&sink)
            } else {
                current = .completed
                sink.perform(.start(.j, after: timers.transactionTimeout))
            }
        case .completed, .terminated:
            break
        }
    }

    /// A timer that the machine started has fired.
    @inlinable
    public mutating func timerFired<S: ActionSink>(
        _ timer: TransactionTimer, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        if current == .completed, timer == .j { terminate(&sink) }
    }

    /// A response could not be sent (§17.2.4).
    @inlinable
    public mutating func transportFailed<S: ActionSink>(into sink: inout S) {
        switch current {
        case .proceeding, .completed:
            sink.perform(.inform(.transportFailure))
            terminate(&sink)
        case .trying, .terminated:
            break
        }
    }

    @inlinable
    mutating func terminate<S: ActionSink>(_ sink: inout S) {
        current = .terminated
        sink.perform(.terminate)
    }
}
