internal import SIPTransaction
internal import Synchronization

/// One shard as the threads see it: a lock around "somebody runs it" and the events that wait, and its next deadline.
///
/// Cells live in raw memory that all threads reach without reference counts; they end when every thread has ended.
struct ShardCell<Work: ShardWork>: ~Copyable {
    struct State {
        var isRunning = false
        var queue: EventQueue
    }

    let state: Mutex<State>
    /// When the shard wants to run; never while a thread is running it, which looks at the timers itself.
    let deadline: Atomic<Int64>
    let work: Unmanaged<Work>
    /// Cells that two threads run side by side must not share cache lines.
    private let padding: (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64) = (0, 0, 0, 0, 0, 0, 0, 0)

    init(_ work: Work) {
        state = Mutex(State(queue: EventQueue(capacity: 32)))
        deadline = Atomic(work.nextDeadline.nanoseconds)
        self.work = .passRetained(work)
    }

    /// What became of an event that was left in the queue.
    enum Left {
        /// Nobody is running the shard: the caller has to.
        case callerRuns
        /// The thread that is running it takes it on before it lets go.
        case runnerTakesIt
        /// The queue is full, or nearly so.
        case refused
    }

    /// Moves an event into the queue, unless `limit` or more wait already; then it stays where it is.
    func leave(_ event: inout ShardEvent?, limit: Int) -> Left {
        state.withLock { state in
            guard state.queue.count < limit else { return .refused }
            if let event = event.take() { state.queue.append(event) }
            return state.isRunning ? .runnerTakesIt : .callerRuns
        }
    }

    /// Takes the shard and its first events; nil when another thread runs it, or when there is nothing to do.
    func take(_ limit: Int, into batch: UnsafeMutablePointer<ShardEvent>, now: SIPInstant) -> Int? {
        state.withLock { state in
            guard !state.isRunning,
                !state.queue.isEmpty || deadline.load(ordering: .relaxed) <= now.nanoseconds
            else { return nil }
            state.isRunning = true
            deadline.store(.max, ordering: .relaxed)
            return state.queue.takeFirst(limit, into: batch)
        }
    }

    /// How a run goes on.
    enum Next {
        /// More events were taken.
        case run(Int)
        /// The shard is let go, with nothing left to do.
        case done
        /// The shard is let go although events wait: the caller comes back to it.
        case later
    }

    /// Takes up to `limit` more events, or lets go and publishes the next deadline.
    func goOn(
        _ limit: Int, batch: UnsafeMutablePointer<ShardEvent>, unhandled: Range<Int>, nextDeadline: SIPInstant
    ) -> Next {
        state.withLock { state in
            state.queue.putBack(batch + unhandled.lowerBound, count: unhandled.count)
            if limit > 0, !state.queue.isEmpty { return .run(state.queue.takeFirst(limit, into: batch)) }
            state.isRunning = false
            // Ordered against the waiting thread's "I sleep until": one of the two sees the other (see Wakeup).
            deadline.store(nextDeadline.nanoseconds, ordering: .sequentiallyConsistent)
            return state.queue.isEmpty ? .done : .later
        }
    }

    /// Ends the cell's life.
    consuming func free() {
        state.withLock { $0.queue.free() }
        work.release()
    }
}
