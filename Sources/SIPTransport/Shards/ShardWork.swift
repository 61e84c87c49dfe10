public import SIPSyntax
public import SIPTransaction

/// The code of one shard: single-threaded, and told the time.
///
/// One thread runs it at a time, not always the same one. It never blocks, and never runs another shard: what it has
/// for others goes into the outbox's `posts`.
public protocol ShardWork: AnyObject, SendableMetatype {
    /// Handles what arrived. What it sends it writes into `outbox`, which is emptied after every run.
    func handle(_ event: consuming ShardEvent, now: SIPInstant, outbox: Outbox)

    /// Fires the timers that are due at `now`. Afterwards `nextDeadline` must lie behind `now`, or it runs again at once.
    func timersDue(now: SIPInstant, outbox: Outbox)

    /// When the shard wants to run next, `.distantFuture` for never. Read after every run by whoever ran it. Coarse
    /// values (a wheel's tick and not each timer) save wake-ups.
    var nextDeadline: SIPInstant { get }
}

/// Tells which shard a message belongs to: a keyed hash of the Call-ID, or the shard that a response's branch names.
///
/// It is asked by every thread for every message. A struct of plain data serves best: a class would be retained by all.
public protocol MessageRouter: Sendable {
    /// The shard's index, from 0 to below the number of shards; any other value drops the message.
    func shardIndex(for message: borrowing SIPMessage) -> Int
}

/// Takes what a shard has written and sends it. Called by the thread that ran the shard, before it lets go, so that
/// what one shard sends leaves in the order in which it was written.
public protocol OutboxCarrier: AnyObject {
    /// Sends the entries of `outbox`, and appends the tickets of those that could not be sent to `failed`.
    func carry(_ outbox: Outbox, failed: inout [SendTicket])
}
