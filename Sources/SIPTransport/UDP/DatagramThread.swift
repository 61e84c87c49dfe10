internal import CLinux
internal import SIPSyntax
internal import SIPTransaction

/// One of the threads that read datagrams, run shards and send what comes of it.
final class DatagramThread<Work: ShardWork> {
    private let index: Int
    private let gang: ThreadGang
    private let wakeup: Wakeup
    private let sockets: [DatagramSockets.Socket]
    private let runner: ShardRunner<Work>
    private let router: any MessageRouter
    private let limits: MessageLimits
    private let epoll: CInt
    private let receiver: OpaquePointer
    private let batch: Int
    private let tags: UnsafeMutablePointer<UInt32>
    private let errors: DatagramErrors
    private let gatherTime: Int64
    private var rate = ArrivalRate()

    static var eventTag: UInt32 { 0x7FFF_FFFF }
    private static var tagCapacity: Int { 32 }

    init(
        index: Int, gang: ThreadGang, wakeup: Wakeup, sockets: DatagramSockets, epoll: CInt,
        runner: ShardRunner<Work>, router: any MessageRouter, errors: DatagramErrors, options: TransportOptions
    ) throws(TransportError) {
        batch = min(max(options.batch, 1), 1024)
        guard let receiver = cl_receiver_new(UInt32(batch)) else {
            throw TransportError(.resources, "no memory for receiving datagrams")
        }
        self.receiver = receiver
        self.index = index
        self.gang = gang
        self.wakeup = wakeup
        self.sockets = sockets.bound
        self.epoll = epoll
        self.runner = runner
        self.router = router
        self.errors = errors
        limits = options.messageLimits
        gatherTime = options.gatherTime.nanoseconds
        tags = .allocate(capacity: DatagramThread.tagCapacity)
        runner.onLate = { [unowned runner] now in
            if gang.wakeReader() { runner.counters.add(.threadsWoken) }
            runner.lateAfter = now + ThreadGang.patience
        }
    }

    deinit {
        cl_receiver_free(receiver)
        tags.deallocate()
    }

    /// Takes turns with the other threads until the gang stops.
    func run() {
        while true {
            switch gang.next(index, hasWork: runner.hasWork) {
            case .stop: return
            case .slept: continue
            case .read: if !read() { continue }
            case .run: break
            }
            runner.run()
        }
    }

    // MARK: Reading

    /// Waits for something to do and leaves it in the shards' queues; false when the thread left instead.
    private func read() -> Bool {
        var deadline = runner.collectDue(now: .now())
        // While others are at work or shards wait, only a look; else a wait.
        let mayWait = !runner.hasWork && gang.readerIsAlone
        var ready = mayWait ? wait(until: deadline) : poll(timeout: 0)
        if ready <= 0, !mayWait, !runner.hasWork {
            if gang.leave(index) { return false }
            ready = wait(until: deadline)
        }
        let count = readAll(ready)
        let now = SIPInstant.now()
        rate.note(count, at: now)
        if now >= deadline || ready <= 0 || wakeup.hasHandedOver { deadline = runner.collectDue(now: now) }
        if gang.letGo(wasFull: count == batch, now: now) { runner.counters.add(.threadsWoken) }
        runner.lateAfter = now + ThreadGang.patience
        return true
    }

    /// Sleeps until a socket is readable, a deadline comes, or somebody signals.
    private func wait(until deadline: SIPInstant) -> Int {
        wakeup.willSleep(until: deadline.nanoseconds)
        defer { wakeup.didWake() }
        // Looked at again after saying so: what came in between was not signalled.
        if wakeup.hasHandedOver || runner.earliestDeadline < deadline.nanoseconds || gang.isStopping { return 0 }
        // Not preceded by a look whether something is there: that look costs a tenth of what the pause saves.
        if rate.asksForPause, gatherTime > 0 { cl_pause(gatherTime) }
        let timeout = deadline == .distantFuture ? -1 : max((deadline - .now()).nanoseconds, 0)
        return poll(timeout: timeout)
    }

    private func poll(timeout: Int64) -> Int {
        Int(cl_epoll_wait(epoll, tags, CInt(DatagramThread.tagCapacity), timeout))
    }

    /// Reads the sockets that `wait` named, as far as there are slots; the number of slots filled.
    private func readAll(_ ready: Int) -> Int {
        var count = 0
        for position in 0..<max(ready, 0) {
            let tag = tags[position] & ~CL_TAG_ERROR
            if tag == DatagramThread.eventTag {
                cl_eventfd_clear(wakeup.eventfd)
                continue
            }
            let socket = sockets[Int(tag)]
            if tags[position] & CL_TAG_ERROR != 0 { errors.take(from: socket.descriptor, runner) }
            if count < batch { count = readSocket(socket, first: count) }
        }
        return count
    }

    /// Reads what one socket has, as far as there are slots; the number of slots filled by now.
    private func readSocket(_ socket: DatagramSockets.Socket, first: Int) -> Int {
        let count = Int(cl_receiver_read(receiver, socket.descriptor, UInt32(first)))
        guard count > 0 else { return first }
        runner.counters.add(.datagramsReceived, count)
        for slot in first..<first + count { receive(UInt32(slot), listener: socket.listener) }
        return first + count
    }

    /// Parses one datagram and leaves the message in its shard's queue.
    private func receive(_ slot: UInt32, listener: UInt16) {
        var size = 0
        let base = cl_receiver_bytes(receiver, slot, &size)
        let datagram = base.map { ByteView($0, count: size) } ?? .empty
        var address = cl_address()
        cl_receiver_source(receiver, slot, &address)
        let flow = Flow(transport: .udp, listener: listener, remote: TransportAddress(address))
        switch DatagramKind(datagram) {
        case .message: receiveMessage(datagram, flow)
        case .keepAlive: runner.counters.add(.keepAlives)
        case .stunRequest:
            runner.counters.add(.keepAlives)
            runner.outbox.begin()
            STUN.answer(datagram, from: flow.remote, to: runner.outbox.bytes)
            runner.outbox.finish(to: flow)
        }
    }

    private func receiveMessage(_ datagram: ByteView, _ flow: Flow) {
        do throws(SIPParseError) {
            let message = try SIPMessage(parsing: datagram, limits: limits)
            let shard = router.shardIndex(for: message)
            runner.leave(message, from: flow, shard: shard)
        } catch {
            runner.counters.add(.parseFailures)
        }
    }
}
