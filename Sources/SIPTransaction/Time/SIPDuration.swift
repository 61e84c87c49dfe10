/// A length of time, in nanoseconds; the machines compute with it because `Duration` costs twice as much.
@frozen
public struct SIPDuration: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func seconds(_ value: Int64) -> SIPDuration { SIPDuration(nanoseconds: value * 1_000_000_000) }

    @inlinable
    public static func seconds(_ value: Double) -> SIPDuration {
        SIPDuration(nanoseconds: Int64(max(-9e18, min(9e18, value * 1e9))))
    }

    @inlinable
    public static func milliseconds(_ value: Int64) -> SIPDuration { SIPDuration(nanoseconds: value * 1_000_000) }

    public static var zero: SIPDuration { SIPDuration(nanoseconds: 0) }

    /// The length in seconds, with its fraction.
    public var inSeconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    public static func < (a: SIPDuration, b: SIPDuration) -> Bool { a.nanoseconds < b.nanoseconds }

    @inlinable
    public static func + (a: SIPDuration, b: SIPDuration) -> SIPDuration {
        SIPDuration(nanoseconds: a.nanoseconds &+ b.nanoseconds)
    }

    @inlinable
    public static func - (a: SIPDuration, b: SIPDuration) -> SIPDuration {
        SIPDuration(nanoseconds: a.nanoseconds &- b.nanoseconds)
    }

    @inlinable
    public static func * (a: SIPDuration, factor: Int64) -> SIPDuration {
        SIPDuration(nanoseconds: a.nanoseconds &* factor)
    }
}

/// A point on a driver's clock: the machine's monotonic clock, or the simulator's virtual one.
@frozen
public struct SIPInstant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's own zero.
    public var nanoseconds: Int64

    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static var zero: SIPInstant { SIPInstant(nanoseconds: 0) }
    /// Never: later than every deadline.
    public static var distantFuture: SIPInstant { SIPInstant(nanoseconds: .max) }

    @inlinable
    public static func < (a: SIPInstant, b: SIPInstant) -> Bool { a.nanoseconds < b.nanoseconds }

    @inlinable
    public static func + (a: SIPInstant, b: SIPDuration) -> SIPInstant {
        SIPInstant(nanoseconds: a.nanoseconds &+ b.nanoseconds)
    }

    @inlinable
    public static func - (a: SIPInstant, b: SIPInstant) -> SIPDuration {
        SIPDuration(nanoseconds: a.nanoseconds &- b.nanoseconds)
    }
}
