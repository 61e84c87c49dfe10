internal import CLinux
internal import Synchronization

/// What other threads leave for the UDP threads: shards to run, and deadlines that came nearer.
///
/// The thread that waits for datagrams waits for the timers too. It says until when it sleeps, and looks once more
/// before it does; who brings something earlier looks at that and signals. Both orders are sequentially consistent, so
/// one of the two always sees the other.
final class Wakeup: @unchecked Sendable {
    // Sendable: everything in it is atomic, locked or constant.
    let eventfd: CInt
    private let shards = Mutex<[Int32]>([])
    private let hasShards = Atomic<Bool>(false)
    /// When the waiting thread wakes by itself; `.min` while none waits.
    private let sleepsUntil = Atomic<Int64>(.min)

    init() { eventfd = cl_eventfd_new() }

    deinit { cl_close(eventfd) }

    /// Leaves a shard that has events for whoever reads next.
    func handOver(_ shard: Int) {
        shards.withLock { $0.append(Int32(truncatingIfNeeded: shard)) }
        hasShards.store(true, ordering: .sequentiallyConsistent)
        signalIfAsleep(before: .max)
    }

    /// Wakes the waiting thread if it would sleep past `deadline`.
    func deadlineChanged(to deadline: Int64) {
        if deadline < sleepsUntil.load(ordering: .sequentiallyConsistent) { signalIfAsleep(before: deadline) }
    }

    func signalIfAsleep(before deadline: Int64) {
        let until = sleepsUntil.load(ordering: .sequentiallyConsistent)
        guard until != .min, deadline == .max || deadline < until else { return }
        // The first to signal says so, and the others need not.
        if sleepsUntil.compareExchange(expected: until, desired: .min, ordering: .sequentiallyConsistent).exchanged {
            cl_eventfd_signal(eventfd)
        }
    }

    var hasHandedOver: Bool { hasShards.load(ordering: .sequentiallyConsistent) }

    /// Gives the shards that were left.
    func takeHandedOver(_ body: (Int) -> Void) {
        guard hasHandedOver else { return }
        hasShards.store(false, ordering: .sequentiallyConsistent)
        let taken = shards.withLock { list in
            let taken = list
            list.removeAll(keepingCapacity: true)
            return taken
        }
        for shard in taken { body(Int(shard)) }
    }

    func willSleep(until deadline: Int64) { sleepsUntil.store(deadline, ordering: .sequentiallyConsistent) }

    func didWake() { sleepsUntil.store(.min, ordering: .relaxed) }
}
