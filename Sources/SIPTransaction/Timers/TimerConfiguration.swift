/// The base values that every timer of the machines derives from (RFC 3261 §17.1.1.1, table 4).
///
/// It is handed in with each event, so that a machine carries no copy of it.
@frozen
public struct TimerConfiguration: Hashable, Sendable {
    /// The estimated round-trip time, 500 ms by default.
    public var t1: SIPDuration
    /// The longest wait between two retransmissions of a request other than INVITE or of a response, 4 s by default.
    public var t2: SIPDuration
    /// How long a message can stay in the network, 5 s by default.
    public var t4: SIPDuration
    /// Timer D on unreliable transports: 32 s or more by default.
    public var d: SIPDuration

    /// The defaults of the RFC; timer D follows T1 unless it is given.
    @inlinable
    public init(
        t1: SIPDuration = .milliseconds(500), t2: SIPDuration = .seconds(Int64(4)),
        t4: SIPDuration = .seconds(Int64(5)), d: SIPDuration? = nil
    ) {
        self.t1 = t1
        self.t2 = t2
        self.t4 = t4
        self.d = d ?? max(t1 * 64, .seconds(Int64(32)))
    }

    /// 64·T1: timers B, F, H, J, L and M.
    @inlinable
    public var transactionTimeout: SIPDuration { t1 * 64 }

    /// T1 doubled `times` times: timer A.
    @inlinable
    func doubled(_ times: UInt8) -> SIPDuration { t1 * (1 << Int64(min(times, 30))) }

    /// T1 doubled `times` times and bounded by T2: timers E and G.
    @inlinable
    func doubledUpToT2(_ times: UInt8) -> SIPDuration { min(doubled(times), t2) }
}
