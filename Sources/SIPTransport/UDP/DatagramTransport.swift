internal import CLinux
internal import SIPTransaction

/// The UDP threads and their ticker: started together, ended together.
final class DatagramTransport<Work: ShardWork>: @unchecked Sendable {
    // Sendable: used by one owner; the threads share only what guards itself.
    private let gang: ThreadGang
    private let wakeup: Wakeup
    private let epoll: CInt
    private let threads: [DatagramThread<Work>]
    private var handles: [UInt64] = []

    init(
        scheduler: ShardScheduler<Work>, sockets: DatagramSockets, runners: [ShardRunner<Work>],
        router: any MessageRouter, errors: DatagramErrors, options: TransportOptions
    ) throws(TransportError) {
        let gang = ThreadGang(threads: runners.count)
        let epoll = try DatagramTransport.makeEpoll(sockets, scheduler.wakeup)
        var threads: [DatagramThread<Work>] = []
        for (index, runner) in runners.enumerated() {
            threads.append(
                try DatagramThread(
                    index: index, gang: gang, wakeup: scheduler.wakeup, sockets: sockets, epoll: epoll,
                    runner: runner, router: router, errors: errors, options: options))
        }
        self.gang = gang
        self.wakeup = scheduler.wakeup
        self.epoll = epoll
        self.threads = threads
    }

    deinit { cl_close(epoll) }

    private static func makeEpoll(_ sockets: DatagramSockets, _ wakeup: Wakeup) throws(TransportError) -> CInt {
        let epoll = cl_epoll_new()
        var result = epoll < 0 ? epoll : cl_epoll_add(epoll, wakeup.eventfd, DatagramThread<Work>.eventTag)
        for (tag, socket) in sockets.bound.enumerated() where result >= 0 {
            result = cl_epoll_add(epoll, socket.descriptor, UInt32(tag))
        }
        guard result >= 0 else { throw TransportError(.resources, "epoll: \(systemErrorText(-result))") }
        return epoll
    }

    func start() throws(TransportError) {
        for (index, thread) in threads.enumerated() { try start("sip-udp-\(index)") { thread.run() } }
        // Without a second thread there is none to wake.
        let gang = self.gang
        if threads.count > 1 { try start("sip-ticker") { gang.runTicker() } }
    }

    private func start(_ name: String, _ body: @escaping () -> Void) throws(TransportError) {
        let box = Unmanaged.passRetained(ThreadBody(body))
        var handle: UInt64 = 0
        let result = cl_thread_start(
            name, { context in context.map { Unmanaged<ThreadBody>.fromOpaque($0).takeRetainedValue().run() } },
            box.toOpaque(), &handle)
        guard result == 0 else {
            box.release()
            stop()
            throw TransportError(.resources, "thread \(name): \(systemErrorText(-result))")
        }
        handles.append(handle)
    }

    /// Ends the threads and waits for them.
    func stop() {
        gang.stop()
        cl_eventfd_signal(wakeup.eventfd)
        for handle in handles { cl_thread_join(handle) }
        handles.removeAll()
    }
}

/// What a thread runs, in a box that C can carry.
private final class ThreadBody {
    let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }
}
