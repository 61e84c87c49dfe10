import SIPCore
import SIPSyntax
import SIPTransaction
import SIPTransport

/// The shard of a user agent as the transports run it, with a ladder beside it.
final class ObservedShard: ShardWork {
    private let shard: Shard
    private let userAgent: UserAgent
    private let ladder: Ladder?
    /// What is being written, and how much of it is in the ladder already.
    private var outbox: Outbox?
    private var shown = 0
    private var now = SIPInstant.zero

    init(shard: Shard, userAgent: UserAgent, ladder: Ladder?) {
        self.shard = shard
        self.userAgent = userAgent
        self.ladder = ladder
    }

    var nextDeadline: SIPInstant { shard.nextDeadline }

    func handle(_ event: consuming ShardEvent, now: SIPInstant, outbox: Outbox) {
        enter(outbox, now)
        if case .message(let message, let flow) = event { ladder?.received(message, from: flow, at: now) }
        let isClosing = if case .connectionClosed = event { true } else { false }
        shard.handle(event, now: now, outbox: outbox)
        if isClosing { shard.perform(now: now, outbox: outbox) { userAgent.connectionClosed() } }
        leave()
    }

    func timersDue(now: SIPInstant, outbox: Outbox) {
        enter(outbox, now)
        shard.timersDue(now: now, outbox: outbox)
        leave()
    }

    private func enter(_ outbox: Outbox, _ now: SIPInstant) {
        self.outbox = outbox
        self.now = now
        shown = outbox.entries.count
    }

    private func leave() {
        showSent()
        outbox = nil
    }

    /// Brings the ladder up to date; before anybody hears of an event, so that what led to it stands above it.
    func showSent() {
        guard let ladder, let outbox else { return }
        for entry in outbox.entries.dropFirst(shown) {
            ladder.sent(outbox.bytes.view[entry.start..<entry.start + entry.count], to: entry.flow, at: now)
        }
        shown = outbox.entries.count
    }
}

/// A user agent has one shard.
struct OneShardRouter: MessageRouter {
    func shardIndex(for message: borrowing SIPMessage) -> Int { 0 }
}
