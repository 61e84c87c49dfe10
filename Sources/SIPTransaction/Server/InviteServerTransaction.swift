/// The INVITE server transaction of RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
///
/// The driver makes it when an INVITE matches no transaction. It decides when the last response is sent again and
/// which ACKs reach the transaction user; it keeps no message and no time. The 100 Trying after 200 ms is a response
/// like any other, given by the transaction user.
@frozen
public struct InviteServerTransaction: Hashable, Sendable {
    /// The states of figure 7, as RFC 6026 amends it.
    @frozen
    public enum State: Hashable, Sendable {
        /// No final response yet; perhaps a provisional one was sent.
        case proceeding(hasProvisional: Bool)
        /// A final response from 300 on is sent until the ACK comes; on unreliable transports it was sent again so
        /// many times by timer G.
        case completed(retransmissions: UInt8)
        /// The ACK for a failure came; further ones are absorbed.
        case confirmed
        /// A 2xx was sent; retransmitted INVITEs are absorbed.
        case accepted
        /// The transaction is over.
        case terminated
    }

    @usableFromInline var current: State
    /// Whether the request came over a reliable transport.
    public let isReliable: Bool

    /// A new transaction, over a transport that loses nothing or over one that does.
    @inlinable
    public init(isReliable: Bool) {
        current = .proceeding(hasProvisional: false)
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
    public var hasFinalResponse: Bool {
        if case .proceeding = current { false } else { true }
    }

    /// The INVITE came again.
    @inlinable
    public mutating func requestReceived<S: ActionSink>(into sink: inout S) {
        switch current {
        case .proceeding(hasProvisional: true), .completed:
            sink.perform(.sendResponse)
        case .proceeding(hasProvisional: false), .confirmed, .terminated:
            break
        case .accepted:
            // RFC 6026 §7.1: absorbed; the user agent that made the 2xx retransmits it.
            break
        }
    }

    /// The transaction user gives a response with this status code.
    ///
    /// In Accepted only 2xx responses pass: a retransmission, or the 2xx of another branch (RFC 6026 §7.1). Any other
    /// response that comes after a final one is dropped.
    @inlinable
    public mutating func respond<S: ActionSink>(
        status: UInt16, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch current {
        case .proceeding:
            sink.perform(.sendResponse)
            if status < 200 {
                current = .proceeding(hasProvisional: true)
            } else if status < 300 {
                current = .accepted
                sink.perform(.start(.l, after: timers.transactionTimeout))
            } else {
                current = .completed(retransmissions: 0)
                if !isReliable { sink.perform(.start(.g, after: min(timers.t1, timers.t2))) }
                sink.perform(.start(.h, after: timers.transactionTimeout))
            }
        case .accepted:
            if status / 100 == 2 { sink.perform(.sendResponse) }
        case .completed, .confirmed, .terminated:
            break
        }
    }

    /// An ACK came that matches the transaction (§17.2.3).
    @inlinable
    public mutating func ackReceived<S: ActionSink>(_ timers: borrowing TimerConfiguration, into sink: inout S) {
        switch current {
        case .completed:
            if !isReliable { sink.perform(.cancel(.g)) }
            sink.perform(.cancel(.h))
            // Timer I is zero on reliable transports: no ACK is retransmitted there.
            if isReliable {
                terminate(&sink)
            } else {
                current = .confirmed
                sink.perform(.start(.i, after: timers.t4))
            }
        case .accepted:
            // RFC 6026 §7.1: an ACK for the 2xx is the transaction user's.
            sink.perform(.deliver)
        case .proceeding, .confirmed, .terminated:
            break
        }
    }

    /// A timer that the machine started has fired; one of an earlier state is ignored.
    @inlinable
    public mutating func timerFired<S: ActionSink>(
        _ timer: TransactionTimer, _ timers: borrowing TimerConfiguration, into sink: inout S
    ) {
        switch (current, timer) {
        case (.completed(let retransmissions), .g) where !isReliable:
            let next = min(retransmissions, 29) + 1
            current = .completed(retransmissions: next)
            sink.perform(.sendResponse)
            sink.perform(.start(.g, after: timers.doubledUpToT2(next)))
        case (.completed, .h):
            sink.perform(.inform(.timeout))
            terminate(&sink)
        case (.confirmed, .i), (.accepted, .l):
            terminate(&sink)
        default:
            break
        }
    }

    /// A response could not be sent.
    ///
    /// The transaction stays: RFC 6026 §7.1 forbids to discard it for that alone, because a retransmitted INVITE
    /// would be taken for a new one.
    @inlinable
    public mutating func transportFailed<S: ActionSink>(into sink: inout S) {
        switch current {
        case .proceeding, .completed, .accepted: sink.perform(.inform(.transportFailure))
        case .confirmed, .terminated: break
        }
    }

    @inlinable
    mutating func terminate<S: ActionSink>(_ sink: inout S) {
        current = .terminated
        sink.perform(.terminate)
    }
}
