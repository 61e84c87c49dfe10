public import SIPTokens
public import SIPTransaction
import Synchronization

/// Which nonce counts have been used: the replay protection of RFC 7616 §3.4 (`nc`), shared by all shards.
///
/// Each nonce has a window of 64 counts, because UDP reorders; a count below the window or seen before is refused.
/// Only counts of requests with a right response are noted, so strangers can't fill it. Memory is bounded: nonces lie
/// in slots by the time at which they were made, a slot whose nonces have all expired is dropped whole, and when there
/// are too many nonces the oldest slot goes early, its nonces being stale from then on.
public final class NonceCounter: @unchecked Sendable {
    /// What the count of a nonce came to.
    public enum Verdict: Hashable, Sendable {
        /// Seen for the first time, and noted.
        case fresh
        /// Seen before, or below the window.
        case repeated
        /// The nonce is older than what is still remembered.
        case forgotten
    }

    private static let stripeCount = 16
    private let stripes: UnsafeMutablePointer<Mutex<NonceStripe>>

    /// A counter for nonces that live for `lifetime`, with room for `capacity` nonces.
    public init(lifetime: SIPDuration, capacity: Int = 1 << 20) {
        stripes = .allocate(capacity: NonceCounter.stripeCount)
        let seconds = UInt64(max(1, lifetime.nanoseconds / 1_000_000_000))
        for index in 0..<NonceCounter.stripeCount {
            let stripe = NonceStripe(lifetime: seconds, capacity: max(1, capacity / NonceCounter.stripeCount))
            (stripes + index).initialize(to: Mutex(stripe))
        }
    }

    deinit {
        stripes.deinitialize(count: NonceCounter.stripeCount)
        stripes.deallocate()
    }

    /// Notes that `count` of `nonce` was used at `now`, in seconds since 1970.
    public func note(_ nonce: NonceToken, count: UInt32, now: UInt64) -> Verdict {
        let mixed = (nonce.number ^ nonce.time) &* 0x9E37_79B9_7F4A_7C15
        let stripe = Int(mixed >> 60) % NonceCounter.stripeCount
        return stripes[stripe].withLock { $0.note(nonce, count: count, now: now) }
    }

    /// The number of nonces that are remembered.
    public var nonceCount: Int {
        (0..<NonceCounter.stripeCount).reduce(0) { sum, index in sum + stripes[index].withLock { $0.count } }
    }
}
