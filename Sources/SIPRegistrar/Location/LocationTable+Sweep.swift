import Synchronization

/// Where the sweep goes on.
struct SweepCursor: Sendable {
    var stripe = 0
    var slot = 0

    /// Goes on behind what a step looked at, after the last stripe with the first.
    mutating func advance(_ step: SweepStep, stripeCount: Int) {
        slot = step.isAtEnd ? 0 : step.next
        if step.isAtEnd { stripe = (stripe + 1) % stripeCount }
    }
}

/// What was done under one lock.
struct SweepStep: Sendable {
    /// The slot to go on at.
    var next: Int
    var looked = 0
    var removed = 0
    /// Whether that was the stripe's last slot.
    var isAtEnd = false
}

extension LocationTable {
    /// The most slots that are looked at under one lock.
    private static let slotsPerLock = 64

    /// Takes out bindings that ran out or lost their connection, and addresses-of-record that were long without any.
    ///
    /// It looks at `limit` slots, from where the last call stopped, and holds no lock for longer than 64 of them, so
    /// that it never stalls. A table has one to three slots for each address-of-record: to go round in a minute, look
    /// at `3 * knownCount / 60` slots a second. A call beside another one does nothing.
    ///
    /// - Parameter now: Unix seconds.
    /// - Returns: how many bindings were taken out.
    public func sweep(now: Int64, limit: Int) -> Int {
        cursor.withLockIfAvailable { cursor in
            var removed = 0
            var budget = limit
            var stripesLeft = stripes.count
            while budget > 0, stripesLeft > 0 {
                let start = cursor.slot
                let step = stripes[cursor.stripe].content.withLock { content in
                    sweep(&content, from: start, slots: min(budget, LocationTable.slotsPerLock), now: now)
                }
                removed += step.removed
                budget -= max(step.looked, 1)
                if step.isAtEnd { stripesLeft -= 1 }
                cursor.advance(step, stripeCount: stripes.count)
            }
            return removed
        } ?? 0
    }

    private func sweep(
        _ content: inout LocationStripe.Content, from start: Int, slots: Int, now: Int64
    ) -> SweepStep {
        var step = SweepStep(next: start)
        while step.looked < slots, step.next < content.index.capacity {
            step.looked += 1
            guard let record = content.index.record(at: step.next) else {
                step.next += 1
                continue
            }
            step.removed += removeDead(from: record, &content, now: now)
            if record.header.bindings.isEmpty, record.header.due <= now {
                // Another record may move here: the slot is looked at again.
                content.index.remove(at: step.next)
            } else {
                step.next += 1
            }
        }
        step.isAtEnd = step.next >= content.index.capacity
        return step
    }

    private func removeDead(from record: AddressRecord, _ content: inout LocationStripe.Content, now: Int64) -> Int {
        let dead = record.deadBindings(now: now)
        guard !dead.isEmpty else { return 0 }
        var change = RegistrationChange()
        change.current = record.header.bindings.filter { $0.isLive(now: now) }
        change.removed = dead
        content.commit(change.current, to: record, now: now, memory: memory)
        report(change, of: record)
        return dead.count
    }
}
