/// Names one scheduled timer of a wheel; one that has fired or was cancelled is stale, and harmless.
@frozen
public struct TimerHandle: Hashable, Sendable {
    /// The node's index in the low half, the generation in the high half; 0 names no timer.
    public let packed: UInt64

    @inlinable
    init(index: UInt32, generation: UInt32) { packed = UInt64(generation) << 32 | UInt64(index) }

    /// A handle from the word that it was kept as.
    @inlinable
    public init(packed: UInt64) { self.packed = packed }

    /// No timer.
    @inlinable
    public static var none: TimerHandle { TimerHandle(packed: 0) }

    @inlinable
    var index: UInt32 { UInt32(truncatingIfNeeded: packed) }

    @inlinable
    var generation: UInt32 { UInt32(truncatingIfNeeded: packed >> 32) }
}

/// All timers of a shard: a hierarchical wheel with constant time to schedule and to cancel.
///
/// Time is counted in ticks of 2^19 ns (0.52 ms). A timer fires at the first `advance` at or after its deadline's
/// tick, so never early, and at most one tick late by the wheel's doing. Five levels of 256 slots reach 18 years; a
/// timer lies in the level that its distance asks for and comes down a level when its slot's time begins: one of 32 s
/// moves once. Nodes of 32 bytes live in chunks that are never moved, so growth copies nothing; freed nodes are used
/// again, and a wheel that runs empty gives its chunks back. One thread uses it at a time.
public final class TimerWheel {
    @usableFromInline let slots: WheelSlots
    @usableFromInline let nodes: WheelNodes
    /// The tick that is fired at present, or the last one that was; nothing is scheduled at or before it.
    @usableFromInline var current: Int64
    @usableFromInline var live = 0
    /// No timer needs attention before this tick; `Int64.max` when none is scheduled.
    @usableFromInline var bound = Int64.max

    /// A wheel whose clock stands at `now`.
    public init(now: SIPInstant = .zero) {
        slots = WheelSlots()
        nodes = WheelNodes()
        current = now.nanoseconds >> WheelSlots.tickShift
    }

    /// The number of timers that are scheduled.
    @inlinable
    public var count: Int { live }

    /// Whether no timer is scheduled.
    @inlinable
    public var isEmpty: Bool { live == 0 }

    /// The memory that the wheel holds, in bytes.
    public var footprint: Int { nodes.footprint + WheelSlots.footprint }

    /// Schedules `payload` for `deadline`; a deadline that has passed is due at once, with the next tick.
    @inlinable
    public func schedule(at deadline: SIPInstant, payload: UInt64) -> TimerHandle {
        let index = nodes.take()
        let node = nodes[index]
        node.pointee.payload = payload
        node.pointee.tick = max(WheelSlots.tick(of: deadline), current &+ 1)
        live &+= 1
        bound = min(bound, place(index, node))
        return TimerHandle(index: index, generation: node.pointee.generation)
    }

    /// Cancels a timer; false when it has fired or was cancelled before.
    @inlinable
    @discardableResult
    public func cancel(_ handle: TimerHandle) -> Bool {
        guard let node = nodes.find(handle) else { return false }
        unlink(node)
        release(handle.index)
        return true
    }

    /// Fires what is due at `now`, in the order of the ticks; `body` may schedule and cancel.
    ///
    /// What `body` schedules for `now` or earlier waits for the next tick, so that this call always ends.
    @inlinable
    public func advance<E: Error>(to now: SIPInstant, _ body: (UInt64) throws(E) -> Void) throws(E) {
        while let payload = nextDue(at: now) { try body(payload) }
    }

    /// Takes the next timer that is due at `now`; nil when none is left.
    @inlinable
    public func nextDue(at now: SIPInstant) -> UInt64? {
        let target = now.nanoseconds >> WheelSlots.tickShift
        while true {
            let slot = WheelSlots.index(level: 0, tick: current)
            let index = slots.heads[slot]
            if index != WheelNodes.none {
                let node = nodes[index]
                let payload = node.pointee.payload
                unlink(node)
                release(index)
                return payload
            }
            guard target >= bound else { break }
            let next = slots.nextTick(after: current)
            bound = next
            guard next <= target else { break }
            current = next
            cascade()
        }
        current = max(current, target)
        return nil
    }

    /// When `advance` should be called next: never later than the moment at which the first timer can fire,
    /// sometimes earlier, and `.distantFuture` when nothing is scheduled.
    @inlinable
    public var nextDeadline: SIPInstant {
        guard bound <= Int64.max >> WheelSlots.tickShift else { return .distantFuture }
        return SIPInstant(nanoseconds: bound << WheelSlots.tickShift)
    }
}

extension TimerWheel {
    /// Puts a node into its slot and returns the tick at which that slot wants attention.
    @inlinable
    func place(_ index: UInt32, _ node: UnsafeMutablePointer<WheelNode>) -> Int64 {
        let (slot, begins) = WheelSlots.position(of: node.pointee.tick, seenFrom: current)
        let head = slots.heads[slot]
        node.pointee.slot = UInt32(truncatingIfNeeded: slot)
        node.pointee.previous = WheelNodes.none
        node.pointee.next = head
        if head == WheelNodes.none {
            slots.mark(slot)
        } else {
            nodes[head].pointee.previous = index
        }
        slots.heads[slot] = index
        return begins
    }

    @inlinable
    func unlink(_ node: UnsafeMutablePointer<WheelNode>) {
        let (next, previous) = (node.pointee.next, node.pointee.previous)
        if next != WheelNodes.none { nodes[next].pointee.previous = previous }
        if previous != WheelNodes.none {
            nodes[previous].pointee.next = next
        } else {
            let slot = Int(node.pointee.slot)
            slots.heads[slot] = next
            if next == WheelNodes.none { slots.clear(slot) }
        }
    }

    @inlinable
    func release(_ index: UInt32) {
        nodes.give(index)
        live &-= 1
        if live == 0 {
            bound = .max
            nodes.trim()
        }
    }

    /// Brings down the timers of each slot that begins with the current tick.
    @usableFromInline
    func cascade() {
        var level = WheelSlots.levels - 1
        while level > 0 {
            if current & (1 << Int64(WheelSlots.bits * level) - 1) == 0 {
                bringDown(WheelSlots.index(level: level, tick: current))
            }
            level -= 1
        }
    }

    private func bringDown(_ slot: Int) {
        var index = slots.heads[slot]
        guard index != WheelNodes.none else { return }
        slots.heads[slot] = WheelNodes.none
        slots.clear(slot)
        while index != WheelNodes.none {
            let node = nodes[index]
            let next = node.pointee.next
            _ = place(index, node)
            index = next
        }
    }
}
