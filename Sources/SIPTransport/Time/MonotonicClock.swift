internal import CLinux
public import SIPTransaction

/// The clock of the real server: CLOCK_MONOTONIC, so that setting the time of day moves no timer.
public enum MonotonicClock {
    /// The time now.
    public static func now() -> SIPInstant { SIPInstant(nanoseconds: cl_monotonic()) }
}

extension SIPInstant {
    /// The time now on the machine's monotonic clock.
    public static func now() -> SIPInstant { MonotonicClock.now() }
}
