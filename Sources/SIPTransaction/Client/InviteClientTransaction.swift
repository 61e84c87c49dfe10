/// The INVITE client transaction of RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.
///
/// It decides when the INVITE and the ACK for a failure are sent and which responses reach the transaction user. It
/// keeps no message and no time. Every 2xx is delivered, so that a proxy can forward all of them; the ACK for a 2xx
/// is the transaction user's. Letting go of the value abandons the transaction.
@frozen
public struct InviteClientTransaction: Hashable, Sendable {
    /// The states of figure 5, as RFC 6026 amends it.
    @frozen
    public enum State: Hashable, Sendable {
        /// The INVITE is out and nothing came back; on unreliable transports it was sent again so many times.
        case calling(retransmissions: UInt8)
        /// A provisional response came.
        case proceeding
        /// A final response from 300 on came and was acknowledged.
        case completed
        /// A 2xx came; more may follow from other branches.
        case accepted
        /// The transaction is over.
        case terminated
    }

    @usableFromInline var current: State
    /// Whether the request goes over a reliable transport.
    public let isReliable: Bool

    /// A new transaction, over a transport that loses nothing or over one that does.
    @inlinable
    public init(isReliable: Bool) {
        current = .calling(retransmissions: 0)
        self.isReliable = isReliable
    }

    /// Where the transaction is.
    @inlinable
    public var state: State { current }

    /// Whether the transaction is over.
    @inlinable
    public var isTerminated: Bool { current == .terminated }

    /// Sends the INVITE; the first event of the transaction.
    @inlinable
    public mutating func start<S: ActionSink>(_ timers: borrowing TimerConfiguration, into sink: inout S) {
        sink.perform(.sendRequest)
        if !isReliable { sink.perform(.start(.a, after: timers.t1)) }
        sink.perform(.start(.b, after: timers.transactionTimeout))
    }

    /// A response with this status code came.
    @inlinable
    public mutating func responseReceived<S: ActionSink>(
        status: UInt16, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch current {
        case .calling:
            if !isReliable { sink.perform(.cancel(.a)) }
            sink.perform(.cancel(.b))
            enter(status, timers, &sink)
        case .proceeding:
            enter(status, timers, &sink)
        case .completed:
            // A failure that is retransmitted: the ACK got lost (§17.1.1.2).
            if status >= 300 { sink.perform(.sendAck) }
        case .accepted:
            // RFC 6026 §7.2: only 2xx responses are of interest, each of them.
            if status / 100 == 2 { sink.perform(.deliver) }
        case .terminated:
            break
        }
    }

    /// Calling or Proceeding meets a response.
    @inlinable
    mutating func enter<S: ActionSink>(
        _ status: UInt16, _ timers: borrowing TimerConfiguration, _ sink: inout S
    ) {
        if status < 200 {
            current = .proceeding
            sink.perform(.deliver)
        } else if status < 300 {
            current = .accepted
            sink.perform(.deliver)
            sink.perform(.start(.m, after: timers.transactionTimeout))
        } else {
            complete(timers, &sink)
        }
    }

    @inlinable
    mutating func complete<S: ActionSink>(_ timers: borrowing TimerConfiguration, _ sink: inout S) {
        sink.perform(.sendAck)
        sink.perform(.deliver)
        // Timer D is zero on reliable transports: nothing is retransmitted there.
        if isReliable {
            terminate(&sink)
        } else {
            current = .completed
            sink.perform(.start(.d, after: timers.d))
        }
    }

    /// A timer that the machine started has fired; one of an earlier state is ignored.
    @inlinable
    public mutating func timerFired<S: ActionSink>(
        _ timer: TransactionTimer, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch (current, timer) {
        case (.calling(let retransmissions), .a) where !isReliable:
            let next = min(retransmissions, 29) + 1
            current = .calling(retransmissions: next)
            sink.perform(.sendRequest)
            sink.perform(.start(.a, after: timers.doubled(next)))
        case (.calling, .b):
            sink.perform(.inform(.timeout))
            terminate(&sink)
        case (.completed, .d), (.accepted, .m):
            terminate(&sink)
        default:
            break
        }
    }

    /// The INVITE or the ACK could not be sent (§17.1.4).
    ///
    /// A failure reported after a provisional response is about an earlier copy of the request and changes nothing.
    @inlinable
    public mutating func transportFailed<S: ActionSink>(into sink: inout S) {
        switch current {
        case .calling, .completed:
            sink.perform(.inform(.transportFailure))
            terminate(&sink)
        case .proceeding, .accepted, .terminated:
            break
        }
    }

    @inlinable
    mutating func terminate<S: ActionSink>(_ sink: inout S) {
        current = .terminated
        sink.perform(.terminate)
    }
}
