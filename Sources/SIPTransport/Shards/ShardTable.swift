internal import SIPTransaction
internal import Synchronization

/// All shards, reached by every thread through plain pointers.
final class ShardTable<Work: ShardWork>: @unchecked Sendable {
    // Sendable: the cells guard themselves, and the pointer never changes.
    let cells: UnsafeMutablePointer<ShardCell<Work>>
    let count: Int

    init(_ shards: [Work]) {
        count = shards.count
        cells = .allocate(capacity: shards.count)
        for (index, work) in shards.enumerated() { (cells + index).initialize(to: ShardCell(work)) }
    }

    deinit {
        for index in 0..<count { (cells + index).move().free() }
        cells.deallocate()
    }

    /// The earliest of the published deadlines.
    var nextDeadline: Int64 {
        var earliest = Int64.max
        for index in 0..<count {
            earliest = min(earliest, cells[index].deadline.load(ordering: .sequentiallyConsistent))
        }
        return earliest
    }
}
