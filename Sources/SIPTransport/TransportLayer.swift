internal import CLinux
internal import SIPSyntax
public import SIPTransaction

/// All transports of the server, and the threads that run its shards.
///
/// `bind` first, so that the real addresses are known when the shards are made; then `run` with the shards; `stop` once.
public final class TransportLayer<Work: ShardWork>: @unchecked Sendable {
    // Sendable: bind, run and stop are called by one owner in this order; the rest only reads what run has set.
    private let options: TransportOptions
    private var listeners: [Listener]
    private let sockets: DatagramSockets
    private var scheduler: ShardScheduler<Work>?
    private var datagrams: DatagramTransport<Work>?
    private var streams: StreamTransport<Work>?
    /// Listening sockets until an event loop takes them, by the position of their listener.
    private var streamSockets: [Int: CInt] = [:]
    private var allCounters: [ThreadCounters] = []
    private var sentTickets: [SentTickets] = []

    public init(listeners: [Listener], options: TransportOptions = TransportOptions()) {
        self.options = options
        self.listeners = listeners
        sockets = DatagramSockets(listenerIndexes: (listeners.map { Int($0.index) }.max() ?? 0) + 1)
    }

    // MARK: Starting

    /// Binds every listener; gives them with their real ports. Nothing is read before `run`.
    public func bind() throws(TransportError) -> [Listener] {
        for index in listeners.indices {
            let listener = listeners[index]
            let address = try bind(listener, position: index)
            listeners[index].address = address
            if listener.sentByPort == 0 { listeners[index].sentByPort = address.port }
        }
        return listeners
    }

    private func bind(_ listener: Listener, position: Int) throws(TransportError) -> TransportAddress {
        switch listener.transport {
        case .udp: return try sockets.bind(listener, receiveBuffer: options.receiveBuffer)
        case .tcp:
            cl_raise_descriptor_limit()
            var address = cl_address(listener.address)
            let socket = cl_tcp_listener(&address, 1024)
            guard socket >= 0 else {
                throw TransportError(.bind, listener.transport, listener.address, systemErrorText(-socket))
            }
            streamSockets[position] = socket
            _ = cl_socket_address(socket, &address)
            return TransportAddress(address)
        case .tls, .ws, .wss:
            throw TransportError(.unsupported, listener.transport, listener.address, "not supported yet")
        }
    }

    /// Starts reading. The shards are run by the transports' threads from here on, and by nobody else.
    public func run(shards: [Work], router: any MessageRouter) throws(TransportError) {
        precondition(scheduler == nil, "a transport layer runs once")
        let scheduler = ShardScheduler(shards: shards, quota: options.quota)
        self.scheduler = scheduler
        let streams = streamSockets.isEmpty ? nil : StreamTransport<Work>(options: options)
        self.streams = streams
        do throws(TransportError) {
            try start(scheduler, streams, router)
        } catch {
            stop()
            throw error
        }
    }

    private func start(
        _ scheduler: ShardScheduler<Work>, _ streams: StreamTransport<Work>?, _ router: any MessageRouter
    ) throws(TransportError) {
        var runners: [ShardRunner<Work>] = []
        for _ in 0..<max(options.datagramThreads ?? Int(cl_processor_count()), 1) {
            runners.append(try makeRunner(scheduler, streams))
        }
        // The loops' runners are made before the threads, which look through what all of them have sent.
        try startStreams(scheduler, router)
        let datagrams = try DatagramTransport(
            scheduler: scheduler, sockets: sockets, runners: runners, router: router,
            errors: DatagramErrors(sent: sentTickets), options: options)
        self.datagrams = datagrams
        try datagrams.start()
    }

    private func startStreams(_ scheduler: ShardScheduler<Work>, _ router: any MessageRouter) throws(TransportError) {
        guard let streams else { return }
        try streams.prepare(router: router) { (streams, home) throws(TransportError) in
            try makeRunner(scheduler, streams, home: home)
        }
        for (position, socket) in streamSockets { try streams.serve(listeners[position], socket: socket) }
        streamSockets.removeAll()
    }

    private func makeRunner(
        _ scheduler: ShardScheduler<Work>, _ streams: StreamTransport<Work>?, home: Int = -1
    ) throws(TransportError) -> ShardRunner<Work> {
        let counters = ThreadCounters()
        let sender = try DatagramSender(sockets: sockets, counters: counters)
        let carrier = TransportCarrier(datagrams: sender, counters: counters, streams: streams, home: home)
        let runner = scheduler.makeRunner(carrier: carrier, counters: counters)
        runner.onRefused = options.refusal
        allCounters.append(counters)
        sentTickets.append(sender.sent)
        return runner
    }

    // MARK: While it runs

    /// Leaves an event for a shard, from any thread, after `run`.
    public func post(_ event: consuming ShardEvent, toShard shard: Int) {
        guard let scheduler else { preconditionFailure("the transport layer does not run yet") }
        scheduler.post(event, toShard: shard)
    }

    /// What was counted since the start.
    public var counters: TransportCounters {
        var sum = TransportCounters()
        for counters in allCounters { counters.add(to: &sum) }
        sum.kernelDrops = sockets.kernelDrops
        return sum
    }

    /// Stops reading and ends the threads. Not to be called from a shard.
    public func stop() {
        datagrams?.stop()
        streams?.stop()
    }

    deinit {
        for socket in streamSockets.values { cl_close(socket) }
    }
}
