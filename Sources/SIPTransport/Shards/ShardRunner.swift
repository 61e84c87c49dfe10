public import SIPSyntax
public import SIPTransaction
internal import Synchronization

/// One thread's hand on the shards: it leaves events, and runs the shards that nobody else is running.
///
/// Belongs to one thread. Events are left first (`leave`), so that a batch is in the queues in arrival order before
/// anything runs; then `run` runs what was found idle.
public final class ShardRunner<Work: ShardWork> {
    /// What the shards write into while this thread runs them; empty otherwise.
    public let outbox = Outbox()
    let counters: ThreadCounters
    /// Called with the time when a run of shards goes on past `lateAfter`: nobody may be reading meanwhile.
    var onLate: ((SIPInstant) -> Void)?
    var lateAfter = SIPInstant.distantFuture
    /// Asked for the answer to a request that finds the queue full; the answer goes into the outbox.
    var onRefused: (@Sendable (borrowing SIPMessage, Flow, Outbox) -> Void)?

    private let table: ShardTable<Work>
    private let cells: UnsafeMutablePointer<ShardCell<Work>>
    private let wakeup: Wakeup
    private let quota: ShardQuota
    private let carrier: any OutboxCarrier
    private let batch: UnsafeMutablePointer<ShardEvent>
    private var pending: PendingShards
    private var failed: [SendTicket] = []
    private var posts: [(shard: Int, event: ShardEvent)] = []

    init(
        table: ShardTable<Work>, wakeup: Wakeup, quota: ShardQuota, carrier: any OutboxCarrier, counters: ThreadCounters
    ) {
        self.table = table
        cells = table.cells
        self.wakeup = wakeup
        self.quota = quota
        self.carrier = carrier
        self.counters = counters
        batch = .allocate(capacity: quota.events)
        pending = PendingShards(shards: table.count)
    }

    deinit { batch.deallocate() }

    /// Whether shards wait for this thread, or something that was written while reading waits to be sent.
    public var hasWork: Bool { !pending.isEmpty || !outbox.isEmpty }

    // MARK: Leaving events

    /// Leaves a received message in its shard's queue. Past the limit it is dropped and counted.
    public func leave(_ message: consuming SIPMessage, from flow: Flow, shard: Int) {
        guard shard >= 0, shard < table.count else { return counters.add(.unroutable) }
        let isRequest = message.isRequest
        var event: ShardEvent? = .message(message, flow)
        switch cells[shard].leave(&event, limit: isRequest ? quota.queued : quota.queued &* 2) {
        case .callerRuns: pending.insert(shard)
        case .runnerTakesIt: break
        case .refused:
            counters.add(isRequest ? .requestsRefused : .responsesRefused)
            if isRequest, let onRefused, case .message(let message, let flow)? = event {
                onRefused(message, flow, outbox)
            }
        }
    }

    /// Leaves an event that is never dropped.
    public func leave(_ event: consuming ShardEvent, shard: Int) {
        precondition(shard >= 0 && shard < table.count, "no such shard")
        var moved: ShardEvent? = consume event
        if cells[shard].leave(&moved, limit: .max) == .callerRuns { pending.insert(shard) }
    }

    /// Leaves an event for every shard.
    func leaveForAll(_ event: ShardEvent) {
        for shard in 0..<table.count { leave(event, shard: shard) }
    }

    /// Notes the shards whose deadline has come and those that others handed over; gives the next deadline.
    func collectDue(now: SIPInstant) -> SIPInstant {
        wakeup.takeHandedOver { pending.insert($0) }
        var earliest = Int64.max
        for shard in 0..<table.count {
            let deadline = cells[shard].deadline.load(ordering: .sequentiallyConsistent)
            if deadline <= now.nanoseconds {
                pending.insert(shard)
            } else {
                earliest = min(earliest, deadline)
            }
        }
        return SIPInstant(nanoseconds: earliest)
    }

    /// The earliest deadline that any shard has published.
    var earliestDeadline: Int64 { table.nextDeadline }

    // MARK: Running

    /// Runs each shard that waits for this thread once, for its quota; true when some still wait.
    @discardableResult
    public func run() -> Bool {
        // Answers that were written while reading, not by a shard.
        if !outbox.isEmpty { send() }
        for _ in 0..<pending.count { runShard(pending.removeFirst()) }
        leaveFailures()
        return hasWork
    }

    private func runShard(_ shard: Int) {
        let cell = cells + shard
        let started = MonotonicClock.now()
        guard var taken = cell.pointee.take(quota.events, into: batch, now: started) else { return }
        let limit = started + quota.time
        var now = started
        var budget = quota.events
        while true {
            let handled = handle(taken, in: cell, now: &now, limit: limit)
            budget = now < limit ? budget &- handled : 0
            send()
            let deadline = cell.pointee.work._withUnsafeGuaranteedRef { $0.nextDeadline }
            switch cell.pointee.goOn(budget, batch: batch, unhandled: handled..<taken, nextDeadline: deadline) {
            case .run(let more):
                taken = more
                continue
            case .done: break
            case .later: pending.insert(shard)
            }
            wakeup.deadlineChanged(to: deadline.nanoseconds)
            return leavePosts()
        }
    }

    /// Runs the events of the batch until the time is over, then the timers; the number handled.
    private func handle(
        _ count: Int, in cell: UnsafeMutablePointer<ShardCell<Work>>, now: inout SIPInstant, limit: SIPInstant
    ) -> Int {
        cell.pointee.work._withUnsafeGuaranteedRef { work in
            var index = 0
            while index < count {
                work.handle((batch + index).move(), now: now, outbox: outbox)
                index &+= 1
                now = MonotonicClock.now()
                if now > lateAfter { onLate?(now) }
                if now >= limit { break }
            }
            if work.nextDeadline <= now { work.timersDue(now: now, outbox: outbox) }
            return index
        }
    }

    /// Sends what the shard wrote, before it is let go.
    private func send() {
        if !outbox.entries.isEmpty { carrier.carry(outbox, failed: &failed) }
        if !outbox.posts.isEmpty { posts.append(contentsOf: outbox.posts) }
        outbox.removeAll()
    }

    /// Delivers what shards had for others, now that none is held.
    private func leavePosts() {
        guard !posts.isEmpty else { return }
        for post in posts { leave(post.event, shard: post.shard) }
        posts.removeAll(keepingCapacity: true)
    }

    /// Tells the senders of what could not be sent.
    func leaveFailures() {
        guard !failed.isEmpty else { return }
        for ticket in failed { leaveFailure(ticket) }
        failed.removeAll(keepingCapacity: true)
    }

    /// Tells one sender that its message did not leave (RFC 3261 §18.4).
    func leaveFailure(_ ticket: SendTicket) {
        guard ticket.sender != 0, Int(ticket.shard) < table.count else { return }
        leave(.transportFailed(sender: ticket.sender), shard: Int(ticket.shard))
    }
}
