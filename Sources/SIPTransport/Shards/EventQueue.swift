internal import SIPTransaction

/// Events in arrival order, in raw memory that is kept and reused.
///
/// An array would retain and release each event on its way through; here events are moved. Whoever holds the lock of
/// the shard that it belongs to owns it. Events are taken from the front, and put back there when a run ends early.
struct EventQueue: @unchecked Sendable {
    private var base: UnsafeMutablePointer<ShardEvent>
    private var capacity: Int
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 4)
        base = .allocate(capacity: self.capacity)
    }

    var isEmpty: Bool { count == 0 }

    mutating func append(_ event: consuming ShardEvent) {
        if head &+ count == capacity { makeRoomBehind() }
        (base + (head &+ count)).initialize(to: event)
        count &+= 1
    }

    /// Moves up to `limit` events from the front into uninitialised memory; the number moved.
    mutating func takeFirst(_ limit: Int, into target: UnsafeMutablePointer<ShardEvent>) -> Int {
        let taken = min(limit, count)
        target.moveInitialize(from: base + head, count: taken)
        count &-= taken
        head = count == 0 ? 0 : head &+ taken
        return taken
    }

    /// Moves events back to the front, before those that arrived meanwhile.
    mutating func putBack(_ source: UnsafeMutablePointer<ShardEvent>, count returned: Int) {
        guard returned > 0 else { return }
        if head < returned { relocate(to: returned, capacity: max(capacity, returned &+ count &+ 4)) }
        head &-= returned
        (base + head).moveInitialize(from: source, count: returned)
        count &+= returned
    }

    private mutating func makeRoomBehind() {
        relocate(to: 0, capacity: head &* 2 >= capacity ? capacity : capacity &* 2)
    }

    /// Moves all events so that the first stands at `start`, into larger memory when `wanted` says so.
    private mutating func relocate(to start: Int, capacity wanted: Int) {
        if wanted > capacity || start &+ count > capacity {
            let size = max(wanted, start &+ count)
            let larger = UnsafeMutablePointer<ShardEvent>.allocate(capacity: size)
            (larger + start).moveInitialize(from: base + head, count: count)
            base.deallocate()
            base = larger
            capacity = size
        } else {
            (base + start).moveInitialize(from: base + head, count: count)
        }
        head = start
    }

    /// Ends the queue's life; nothing may be called afterwards.
    mutating func free() {
        (base + head).deinitialize(count: count)
        base.deallocate()
        count = 0
    }
}
