import SIPTransaction

/// What is to happen, ordered by virtual time; of two things at the same time the one that was planned first.
struct EventQueue {
    private struct Entry {
        let time: Int64
        let order: UInt64
        let action: () -> Void

        func isBefore(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Entry] = []
    private var order: UInt64 = 0

    var isEmpty: Bool { heap.isEmpty }

    /// When the first event is due; nil without any.
    var nextTime: SIPInstant? { heap.first.map { SIPInstant(nanoseconds: $0.time) } }

    mutating func add(at time: SIPInstant, _ action: @escaping () -> Void) {
        order += 1
        heap.append(Entry(time: time.nanoseconds, order: order, action: action))
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the first event; the caller has looked that there is one.
    mutating func removeFirst() -> () -> Void {
        let first = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.action
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least])
            {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
