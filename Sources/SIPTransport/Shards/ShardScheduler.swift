internal import SIPSyntax
public import SIPTransaction

/// How much one shard may do in a row, and how much may wait for it.
public struct ShardQuota: Hashable, Sendable {
    /// A thread lets go of a shard after this many events…
    public var events: Int
    /// …or after this time.
    public var time: SIPDuration
    /// Requests that find so many events waiting are dropped; responses at twice as many.
    public var queued: Int

    public init(events: Int = 64, time: SIPDuration = .milliseconds(1), queued: Int = 10_000) {
        self.events = max(events, 1)
        self.time = time
        self.queued = max(queued, 1)
    }
}

/// The shards of the server and the rule by which threads run them: whoever has an event for a shard runs it there and
/// then, or leaves the event to the thread that is running it. Nobody waits.
///
/// Each thread has a `ShardRunner` of its own; a thread without one uses `post`.
public final class ShardScheduler<Work: ShardWork>: Sendable {
    let table: ShardTable<Work>
    let wakeup: Wakeup
    let quota: ShardQuota

    /// How many shards there are.
    public var shardCount: Int { table.count }

    public init(shards: [Work], quota: ShardQuota = ShardQuota()) {
        table = ShardTable(shards)
        wakeup = Wakeup()
        self.quota = quota
    }

    init(shards: [Work], quota: ShardQuota, wakeup: Wakeup) {
        table = ShardTable(shards)
        self.wakeup = wakeup
        self.quota = quota
    }

    /// Leaves an event for a shard, from any thread; a transport thread runs it.
    public func post(_ event: consuming ShardEvent, toShard shard: Int) {
        precondition(shard >= 0 && shard < table.count, "no such shard")
        var moved: ShardEvent? = consume event
        if table.cells[shard].leave(&moved, limit: .max) == .callerRuns { wakeup.handOver(shard) }
    }

    /// A runner for one thread, which sends through `carrier`.
    public func makeRunner(carrier: any OutboxCarrier) -> ShardRunner<Work> {
        makeRunner(carrier: carrier, counters: ThreadCounters())
    }

    func makeRunner(carrier: any OutboxCarrier, counters: ThreadCounters) -> ShardRunner<Work> {
        ShardRunner(table: table, wakeup: wakeup, quota: quota, carrier: carrier, counters: counters)
    }
}
