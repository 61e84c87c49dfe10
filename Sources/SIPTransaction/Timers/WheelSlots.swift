/// The slots of a timer wheel: for each the first node of its list, and a bit that says whether there is one.
@usableFromInline
final class WheelSlots {
    /// A tick is 2^19 ns.
    @usableFromInline static var tickShift: Int64 { 19 }
    @usableFromInline static var levels: Int { 5 }
    /// 256 slots a level.
    @usableFromInline static var bits: Int { 8 }
    @usableFromInline static var slotsPerLevel: Int { 256 }
    @usableFromInline static var slotMask: Int64 { 255 }
    static var footprint: Int { levels * slotsPerLevel / 8 * 33 }

    @usableFromInline let heads: UnsafeMutablePointer<UInt32>
    @usableFromInline let occupied: UnsafeMutablePointer<UInt64>

    init() {
        let total = WheelSlots.levels * WheelSlots.slotsPerLevel
        heads = .allocate(capacity: total)
        heads.initialize(repeating: WheelNodes.none, count: total)
        occupied = .allocate(capacity: total / 64)
        occupied.initialize(repeating: 0, count: total / 64)
    }

    deinit {
        heads.deallocate()
        occupied.deallocate()
    }

    /// The first tick that does not lie before `instant`.
    @inlinable
    static func tick(of instant: SIPInstant) -> Int64 {
        let nanoseconds = instant.nanoseconds
        return (nanoseconds >> tickShift) &+ (nanoseconds & (1 << tickShift &- 1) == 0 ? 0 : 1)
    }

    /// The slot of `level` to which `tick` belongs.
    @inlinable
    static func index(level: Int, tick: Int64) -> Int {
        level &* slotsPerLevel &+ Int((tick >> Int64(bits &* level)) & slotMask)
    }

    /// The slot for a timer that fires at `tick`, and the tick at which that slot begins.
    @inlinable
    static func position(of tick: Int64, seenFrom current: Int64) -> (slot: Int, begins: Int64) {
        let distance = tick &- current
        // One beyond the reach of the wheel waits in the furthest slot and is placed anew from there.
        let reach = (1 as Int64) << Int64(bits &* levels) &- 1
        let shown = distance > reach ? current &+ reach : tick
        let level = distance < 256 ? 0 : min((63 &- distance.leadingZeroBitCount) / bits, levels &- 1)
        let shift = Int64(bits &* level)
        return (index(level: level, tick: shown), (shown >> shift) << shift)
    }

    @inlinable
    func mark(_ slot: Int) { occupied[slot >> 6] |= 1 << UInt64(slot & 63) }

    @inlinable
    func clear(_ slot: Int) { occupied[slot >> 6] &= ~(1 << UInt64(slot & 63)) }

    /// The first tick after `current` at which an occupied slot begins; `Int64.max` when all are empty.
    @usableFromInline
    func nextTick(after current: Int64) -> Int64 {
        var best = Int64.max
        for level in 0..<WheelSlots.levels {
            let shift = Int64(WheelSlots.bits * level)
            let position = current >> shift
            guard let distance = distance(level: level, from: Int(position & WheelSlots.slotMask)) else { continue }
            best = min(best, (position &+ Int64(distance)) << shift)
        }
        return best
    }

    /// How many slots (1 to 256) lie between slot `start` of a level and the next occupied one, going round.
    private func distance(level: Int, from start: Int) -> Int? {
        let words = occupied + level * 4
        let first = (start + 1) & 255
        let low = words[first >> 6] >> UInt64(first & 63)
        if low != 0 { return 1 + low.trailingZeroBitCount }
        var skipped = 64 - first & 63
        skipped = skipped == 0 ? 64 : skipped
        for step in 1...4 {
            let word = words[(first >> 6 + step) & 3]
            if word != 0 { return 1 + skipped + word.trailingZeroBitCount }
            skipped += 64
        }
        return nil
    }
}
