import SIPAuthentication
public import SIPCore
import SIPProxy
public import SIPRegistrar
public import SIPSyntax
import SIPTokens
public import SIPTransaction

/// The server in a virtual network: the same shards as the real one, driven by the network's events.
public final class VirtualServer: VirtualEndpoint {
    public let network: VirtualNetwork
    public let shards: [Shard]
    public let locations: LocationTable
    public let listeners: [Listener]
    public let ip: IPAddress
    /// Messages that could not be parsed.
    public private(set) var unparsableCount = 0

    private let routing: ShardRouting
    private let outbox = Outbox()
    private var wakeAt: [SIPInstant]
    private var posts: [(shard: Int, event: ShardEvent)] = []
    private var isRunning = false

    init(network: VirtualNetwork, _ setup: ServerSetup, makeUser: (Shard) -> any TransactionUser) {
        self.network = network
        ip = setup.ip
        let configuration = setup.makeConfiguration()
        listeners = configuration.identity.listeners
        locations = LocationTable(hashKey: configuration.keys.current.key(for: .transaction))
        routing = ShardRouting(keys: configuration.keys, shardCount: setup.shardCount)
        wakeAt = Array(repeating: .distantFuture, count: setup.shardCount)
        let locations = locations
        let verifier = DigestVerifier(
            counter: NonceCounter(lifetime: .seconds(Int64(300))), nonceLifetime: .seconds(Int64(300)))
        shards = (0..<setup.shardCount).map { index in
            Shard(
                index: UInt16(index), configuration: configuration, resolver: setup.resolver, locations: locations,
                authentication: verifier, now: network.now, wallClock: { [unowned network] in network.wallClock })
        }
        for shard in shards { shard.user = makeUser(shard) }
        for listener in listeners { network.attach(self, listener.transport, listener.address) }
    }

    // MARK: What arrives

    public func received(_ bytes: [UInt8], _ packet: PacketAddresses) {
        guard let listener = listener(of: packet),
            let message = bytes.withByteView({ try? SIPMessage(parsing: $0) })
        else {
            unparsableCount += 1
            return
        }
        let flow = Flow(
            transport: packet.transport, listener: listener, remote: packet.source, connection: packet.connection)
        deliver(.message(message, flow), to: routing.shard(for: message))
    }

    /// The listener that was sent to; a connection opened from here belongs to the transport's first.
    private func listener(of packet: PacketAddresses) -> UInt16? {
        let exact = listeners.first { $0.transport == packet.transport && $0.address == packet.destination }
        return (exact ?? listeners.first { $0.transport == packet.transport })?.index
    }

    public func connectionClosed(_ connection: UInt32) {
        deliver(.connectionClosed(connection), to: 0)
    }

    /// Gives a shard an event, and does what follows from it.
    public func deliver(_ event: ShardEvent, to index: Int) {
        posts.append((index, event))
        runPosts()
    }

    private func runPosts() {
        guard !isRunning else { return }
        isRunning = true
        while !posts.isEmpty {
            let (index, event) = posts.removeFirst()
            shards[index].handle(event, now: network.now, outbox: outbox)
            flush(index)
        }
        isRunning = false
    }

    /// Runs `body` as an event of a shard of this server, as what comes from outside.
    public func perform(on shard: Shard, _ body: () -> Void) {
        shard.perform(now: network.now, outbox: outbox, body)
        flush(Int(shard.index))
        runPosts()
    }

    // MARK: What leaves

    private func flush(_ index: Int) {
        let bytes = outbox.bytes.view
        for entry in outbox.entries {
            let text = bytes[entry.start..<entry.start + entry.count].array
            if !send(text, entry.flow), entry.ticket != .none {
                posts.append((Int(entry.ticket.shard), .transportFailed(sender: entry.ticket.sender)))
            }
        }
        posts += outbox.posts
        outbox.removeAll()
        plan(index)
    }

    private func send(_ text: [UInt8], _ flow: Flow) -> Bool {
        let local = listeners[Int(flow.listener)].address
        guard flow.transport.isReliable else {
            network.sendDatagram(text, from: local, to: flow.remote)
            return true
        }
        if flow.connection != 0 { return network.sendStream(text, flow.connection, from: self) }
        guard let number = network.connection(of: self, at: local, flow.transport, to: flow.remote) else {
            return false
        }
        return network.sendStream(text, number, from: self)
    }

    // MARK: Timers

    /// Plans the shard's next run, unless one is planned early enough.
    private func plan(_ index: Int) {
        let deadline = shards[index].nextDeadline
        guard deadline < wakeAt[index] else { return }
        wakeAt[index] = deadline
        network.schedule(after: max(deadline - network.now, SIPDuration(nanoseconds: 1))) { [unowned self] in
            wake(index, deadline)
        }
    }

    private func wake(_ index: Int, _ planned: SIPInstant) {
        guard wakeAt[index] == planned else { return }
        wakeAt[index] = .distantFuture
        shards[index].timersDue(now: network.now, outbox: outbox)
        flush(index)
        runPosts()
    }

    // MARK: What is left

    /// Server and client transactions of all shards.
    public var transactionCount: Int { shards.reduce(0) { $0 + $1.transactionCount } }

    /// Timers of all shards.
    public var timerCount: Int { shards.reduce(0) { $0 + $1.timerCount } }

    /// One counter, summed over the shards.
    public func total(_ counter: KeyPath<CoreCounters, UInt64>) -> UInt64 {
        shards.reduce(0) { $0 + $1.counters[keyPath: counter] }
    }
}
