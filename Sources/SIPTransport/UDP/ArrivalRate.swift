internal import SIPTransaction

/// How fast datagrams arrive, as the one reading thread sees it: whether it pays to let a few of them gather.
///
/// Waking a thread costs as much as handling a message. Above a rate the reader therefore looks only after a short
/// pause, as network cards do with their interrupts; a quiet server answers at once.
struct ArrivalRate {
    /// Where gathering begins and where it ends, in datagrams a second.
    private static let begins = 8_000.0
    private static let ends = 6_000.0
    /// How long one measurement takes.
    private static let window = SIPDuration.milliseconds(20)

    private var windowStart = SIPInstant.zero
    private var count = 0
    private(set) var isHigh = false
    /// Whether reads are large enough as it is: a busy server needs no pause.
    private var isFilled = false

    /// Whether to pause before the next read.
    var asksForPause: Bool { isHigh && !isFilled }

    /// So many datagrams were read at `now`.
    mutating func note(_ datagrams: Int, at now: SIPInstant) {
        count += datagrams
        isFilled = datagrams >= 8
        let length = now - windowStart
        guard length >= ArrivalRate.window else { return }
        let rate = Double(count) / length.inSeconds
        isHigh = isHigh ? rate > ArrivalRate.ends : rate > ArrivalRate.begins
        windowStart = now
        count = 0
    }
}
