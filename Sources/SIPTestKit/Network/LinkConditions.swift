public import SIPTransaction

/// What a link does to datagrams. Streams feel the delay alone.
public struct LinkConditions: Sendable {
    /// How long a packet takes at least.
    public var delay: SIPDuration
    /// What is added to the delay, evenly between nothing and this: larger than the distance of packets it reorders.
    public var jitter: SIPDuration
    /// The part of packets that is lost, 0 to 1.
    public var loss: Double
    /// The part of packets that arrives twice, 0 to 1.
    public var duplication: Double
    /// The part of packets that is overtaken: 100 ms late, 0 to 1.
    public var reordering: Double

    public init(
        delay: SIPDuration = .milliseconds(5), jitter: SIPDuration = .zero, loss: Double = 0, duplication: Double = 0,
        reordering: Double = 0
    ) {
        self.delay = delay
        self.jitter = jitter
        self.loss = loss
        self.duplication = duplication
        self.reordering = reordering
    }

    func latency(_ random: inout SeededRandom) -> SIPDuration {
        let late = random.chance(reordering) ? SIPDuration.milliseconds(100) : .zero
        return delay + SIPDuration(nanoseconds: random.below(jitter.nanoseconds)) + late
    }
}
