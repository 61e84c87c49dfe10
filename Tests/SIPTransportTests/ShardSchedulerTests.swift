import CLinux
import SIPSyntax
import SIPTransaction
import Synchronization
import Testing

@testable import SIPTransport

/// A shard that checks that it is never run twice at once, and sees each thread's events in order.
private final class CheckingShard: ShardWork {
    private let index: Int
    private let shards: Int
    private let isInside = Atomic<Bool>(false)
    private var last: [UInt64]
    private(set) var handled = 0
    private(set) var posted = 0
    private(set) var violations = 0

    init(index: Int, shards: Int, threads: Int) {
        self.index = index
        self.shards = shards
        last = Array(repeating: 0, count: threads)
    }

    func handle(_ event: consuming ShardEvent, now: SIPInstant, outbox: Outbox) {
        if isInside.exchange(true, ordering: .acquiringAndReleasing) { violations += 1 }
        defer { isInside.store(false, ordering: .releasing) }
        switch event {
        case .transportFailed(let sender):
            let thread = Int(sender >> 32)
            let number = sender & 0xFFFF_FFFF
            if number <= last[thread] { violations += 1 }
            last[thread] = number
            handled += 1
            if number % 5 == 0 { outbox.posts.append(((index + 1) % shards, .connectionClosed(1))) }
        case .connectionClosed: posted += 1
        case .message, .task: violations += 1
        }
    }

    func timersDue(now: SIPInstant, outbox: Outbox) {}
    var nextDeadline: SIPInstant { .distantFuture }
}

/// Counts what it is given to send.
private final class CountingCarrier: OutboxCarrier {
    var sent: [[UInt8]] = []
    var failing = false

    func carry(_ outbox: Outbox, failed: inout [SendTicket]) {
        for entry in outbox.entries {
            sent.append(outbox.bytes.view[entry.start..<entry.start + entry.count].array)
            if failing { failed.append(entry.ticket) }
        }
    }
}

private final class ThreadBox {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
}

/// Runs `body` on `count` threads and waits for them.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var handles: [UInt64] = []
    for index in 0..<count {
        let box = Unmanaged.passRetained(ThreadBox { body(index) })
        var handle: UInt64 = 0
        let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
            context.map { Unmanaged<ThreadBox>.fromOpaque($0).takeRetainedValue().body() }
        }
        #expect(cl_thread_start("test", run, box.toOpaque(), &handle) == 0)
        handles.append(handle)
    }
    for handle in handles { cl_thread_join(handle) }
}

@Suite("Shards and the threads that run them")
struct ShardSchedulerTests {
    @Test(
        "four threads hammering eight shards lose nothing, keep each thread's order, and never share a shard",
        arguments: [1, 3, 64])
    func hammering(events: Int) {
        let (threads, shards, each) = (4, 8, 40_000)
        let work = (0..<shards).map { CheckingShard(index: $0, shards: shards, threads: threads) }
        let scheduler = ShardScheduler(shards: work, quota: ShardQuota(events: events))
        onThreads(threads) { thread in
            let runner = scheduler.makeRunner(carrier: CountingCarrier())
            for number in 1...each {
                let sender = UInt64(thread) << 32 | UInt64(number)
                runner.leave(.transportFailed(sender: sender), shard: number * 7 % shards)
                if number % 32 == 0 { runner.run() }
            }
            while runner.run() {}
        }
        #expect(work.map(\.handled).reduce(0, +) == threads * each)
        #expect(work.map(\.violations).reduce(0, +) == 0)
        #expect(work.map(\.posted).reduce(0, +) == threads * each / 5)
    }

    @Test("what a thread without a runner posts is taken over by one with a runner")
    func posting() {
        let log = Watched<[Happening]>([])
        let scheduler = ShardScheduler(shards: [FakeShard(log: log), FakeShard(log: log)])
        let runner = scheduler.makeRunner(carrier: CountingCarrier())
        scheduler.post(.connectionClosed(7), toShard: 1)
        scheduler.post(.connectionClosed(8), toShard: 1)
        #expect(runner.collectDue(now: .zero) == .distantFuture)
        while runner.run() {}
        #expect(log.current == [.closed(7), .closed(8)])
    }

    @Test("a shard whose deadline has come is run, and the next deadline is told")
    func deadlines() {
        let log = Watched<[Happening]>([])
        let later = SIPInstant.now() + .seconds(Int64(1_000))
        let scheduler = ShardScheduler(shards: [
            FakeShard(log: log, deadline: later), FakeShard(log: log, deadline: .now()), FakeShard(log: log),
        ])
        let runner = scheduler.makeRunner(carrier: CountingCarrier())
        #expect(runner.collectDue(now: .now()) == later)
        #expect(runner.hasWork)
        while runner.run() {}
        #expect(log.current == [.timer])
        #expect(runner.collectDue(now: .now()) == later)
        #expect(!runner.hasWork)
    }

    @Test("past the limit requests are dropped and counted, responses later, and other events never")
    func bounded() throws {
        let log = Watched<[Happening]>([])
        let scheduler = ShardScheduler(shards: [FakeShard(log: log)], quota: ShardQuota(queued: 3))
        let runner = scheduler.makeRunner(carrier: CountingCarrier())
        let flow = Flow(transport: .udp, listener: 0, remote: TransportAddress(ip: loopbackV4, port: 5060))
        let response = Array("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a\r\nCall-ID: r\r\n\r\n".utf8)
        let refused = Watched(0)
        runner.onRefused = { _, _, _ in refused.change { $0 += 1 } }
        for _ in 0..<5 { runner.leave(try parsed(request()), from: flow, shard: 0) }
        for _ in 0..<5 { runner.leave(try parsed(response), from: flow, shard: 0) }
        runner.leave(.connectionClosed(1), shard: 0)
        while runner.run() {}
        let expected: [Happening] =
            Array(repeating: .message("1", flow), count: 3) + Array(repeating: .message("r", flow), count: 3)
            + [.closed(1)]
        #expect(log.current == expected)
        #expect(runner.counters.value(.requestsRefused) == 2)
        #expect(runner.counters.value(.responsesRefused) == 2)
        #expect(refused.current == 2)
    }

    @Test("what could not be sent is told to the shard of its ticket (RFC 3261 §18.4)")
    func failures() throws {
        let log = Watched<[Happening]>([])
        let ticket = SendTicket(shard: 1, sender: 42)
        let sending = FakeShard(log: Watched([])) { message, flow, outbox in
            outbox.begin()
            message.write(to: outbox.bytes)
            outbox.finish(to: flow, ticket: ticket)
        }
        let scheduler = ShardScheduler(shards: [sending, FakeShard(log: log)])
        let carrier = CountingCarrier()
        carrier.failing = true
        let runner = scheduler.makeRunner(carrier: carrier)
        let flow = Flow(transport: .udp, listener: 0, remote: TransportAddress(ip: loopbackV4, port: 5060))
        runner.leave(try parsed(request()), from: flow, shard: 0)
        while runner.run() {}
        #expect(carrier.sent == [request()])
        #expect(log.current == [.failed(42)])
    }

    @Test("a message for no shard is dropped and counted")
    func unroutable() throws {
        let scheduler = ShardScheduler(shards: [FakeShard(log: Watched([]))])
        let runner = scheduler.makeRunner(carrier: CountingCarrier())
        let flow = Flow(transport: .udp, listener: 0, remote: TransportAddress(ip: loopbackV4, port: 5060))
        runner.leave(try parsed(request()), from: flow, shard: -1)
        runner.leave(try parsed(request()), from: flow, shard: 1)
        #expect(!runner.hasWork)
        #expect(runner.counters.value(.unroutable) == 2)
    }
}
