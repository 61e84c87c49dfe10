import SIPTokens

/// A part of the nonces that are in use, under one lock.
struct NonceStripe: Sendable {
    /// The counts of one nonce that were seen.
    struct Window: Hashable, Sendable {
        private var highest: UInt32
        /// Bit i: `highest - i` was seen.
        private var seen: UInt64 = 1

        init(first count: UInt32) { highest = count }

        /// Notes a count; false when it was seen or lies below the window.
        mutating func note(_ count: UInt32) -> Bool {
            if count > highest {
                let step = count - highest
                seen = step < 64 ? seen << UInt64(step) | 1 : 1
                highest = count
                return true
            }
            let distance = highest - count
            guard distance < 64, seen >> UInt64(distance) & 1 == 0 else { return false }
            seen |= 1 << UInt64(distance)
            return true
        }
    }

    /// The nonces that were made within one span of time.
    private struct Slot: Sendable {
        var epoch: UInt64
        var windows: [NonceKey: Window] = [:]
    }

    private struct NonceKey: Hashable, Sendable {
        var number: UInt64
        var time: UInt64
    }

    /// A lifetime covers this many slots.
    private static let slotsPerLifetime: UInt64 = 8

    private let lifetime: UInt64
    private let slotLength: UInt64
    private let capacity: Int
    /// Few, in the order of their epochs.
    private var slots: [Slot] = []
    /// Nonces of earlier epochs are forgotten.
    private var firstEpoch: UInt64 = 0
    private(set) var count = 0

    init(lifetime: UInt64, capacity: Int) {
        self.lifetime = lifetime
        self.capacity = capacity
        slotLength = max(1, lifetime / NonceStripe.slotsPerLifetime)
    }

    mutating func note(_ nonce: NonceToken, count used: UInt32, now: UInt64) -> NonceCounter.Verdict {
        dropExpired(now)
        let epoch = nonce.time / slotLength
        guard epoch >= firstEpoch else { return .forgotten }
        // RFC 7616 §3.4: the first request with a nonce has the count 1.
        guard used > 0 else { return .repeated }
        let index = slotIndex(epoch)
        let key = NonceKey(number: nonce.number, time: nonce.time)
        if slots[index].windows[key] != nil {
            return slots[index].windows[key]?.note(used) == true ? .fresh : .repeated
        }
        slots[index].windows[key] = Window(first: used)
        count += 1
        if count > capacity, slots.count > 1 || slots[0].windows.count > capacity { dropOldest() }
        return .fresh
    }

    /// The slot of an epoch, made when it is missing.
    private mutating func slotIndex(_ epoch: UInt64) -> Int {
        var index = slots.count
        while index > 0, slots[index - 1].epoch >= epoch {
            index -= 1
            if slots[index].epoch == epoch { return index }
        }
        slots.insert(Slot(epoch: epoch), at: index)
        return index
    }

    /// Forgets the slots whose youngest nonce is stale by now.
    private mutating func dropExpired(_ now: UInt64) {
        while let first = slots.first, (first.epoch + 1) * slotLength + lifetime < now { dropOldest() }
    }

    private mutating func dropOldest() {
        let slot = slots.removeFirst()
        count -= slot.windows.count
        firstEpoch = max(firstEpoch, slot.epoch + 1)
    }
}
