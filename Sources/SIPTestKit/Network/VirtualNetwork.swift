public import SIPSyntax
public import SIPTransaction

/// A network in one thread: hosts, links that lose and reorder, and a clock that moves only when told to.
///
/// Everything that happens is an event, in the order of virtual time; the same seed gives the same run.
public final class VirtualNetwork {
    /// The virtual time.
    public private(set) var now = SIPInstant(nanoseconds: 1_000_000_000)
    /// Where chance comes from.
    public var random: SeededRandom
    /// What links do that have no conditions of their own.
    public var conditions = LinkConditions()
    /// How many packets were sent, and lost.
    public private(set) var packetCount = 0
    public private(set) var lostCount = 0
    /// Sees every packet that is sent, lost ones too, for ladders and invariants.
    public var tap: ((_ bytes: [UInt8], _ packet: PacketAddresses) -> Void)?

    private var queue = EventQueue()
    private var endpoints: [Key: any VirtualEndpoint] = [:]
    private var links: [Link: LinkConditions] = [:]
    var connections: [UInt32: VirtualConnection] = [:]
    private var lastConnection: UInt32 = 0

    struct Key: Hashable {
        let transport: TransportProtocol
        let address: TransportAddress
    }

    private struct Link: Hashable {
        let a: IPAddress
        let b: IPAddress
    }

    public init(seed: UInt64 = 1) { random = SeededRandom(seed: seed) }

    /// Seconds since 1970 in this network.
    public var wallClock: Int64 { 1_750_000_000 + now.nanoseconds / 1_000_000_000 }

    // MARK: Time

    /// Plans an action.
    public func schedule(after delay: SIPDuration, _ action: @escaping () -> Void) {
        queue.add(at: now + max(delay, .zero), action)
    }

    /// Moves the clock, and does what is due on the way.
    public func advance(by duration: SIPDuration) {
        let target = now + duration
        while let time = queue.nextTime, time <= target { step(to: time) }
        now = target
    }

    /// Runs until nothing is planned any more, or until `limit` has passed.
    public func runUntilQuiet(limit: SIPDuration = .seconds(Int64(3600))) {
        let target = now + limit
        while let time = queue.nextTime, time <= target { step(to: time) }
    }

    /// Moves the clock until `condition` holds; false when it does not within `limit`.
    public func advance(until condition: () -> Bool, limit: SIPDuration) -> Bool {
        let target = now + limit
        while !condition() {
            guard let time = queue.nextTime, time <= target else {
                now = target
                return false
            }
            step(to: time)
        }
        return true
    }

    private func step(to time: SIPInstant) {
        now = max(now, time)
        queue.removeFirst()()
    }

    // MARK: Hosts

    /// Makes an endpoint reachable at an address.
    public func attach(_ endpoint: any VirtualEndpoint, _ transport: TransportProtocol, _ address: TransportAddress) {
        endpoints[Key(transport: transport, address: address)] = endpoint
    }

    /// Makes an address unreachable.
    public func detach(_ transport: TransportProtocol, _ address: TransportAddress) {
        endpoints[Key(transport: transport, address: address)] = nil
    }

    /// Gives the link between two hosts conditions of its own, in both directions.
    public func setConditions(_ conditions: LinkConditions, between a: IPAddress, and b: IPAddress) {
        links[Link(a: a, b: b)] = conditions
        links[Link(a: b, b: a)] = conditions
    }

    private func conditions(_ from: IPAddress, _ to: IPAddress) -> LinkConditions {
        links.isEmpty ? conditions : links[Link(a: from, b: to)] ?? conditions
    }

    // MARK: Datagrams

    /// Sends a datagram. One to an address without a host is lost without a word.
    public func sendDatagram(_ bytes: [UInt8], from source: TransportAddress, to destination: TransportAddress) {
        let packet = PacketAddresses(
            transport: .udp, source: source, destination: destination, connection: 0)
        packetCount += 1
        tap?(bytes, packet)
        let link = conditions(source.ip, destination.ip)
        if random.chance(link.loss) {
            lostCount += 1
            return
        }
        for _ in 0..<(random.chance(link.duplication) ? 2 : 1) {
            schedule(after: link.latency(&random)) { [unowned self] in
                endpoints[Key(transport: .udp, address: destination)]?.received(bytes, packet)
            }
        }
    }

    // MARK: Streams

    /// The open connection of an endpoint to an address, or a new one; nil when nobody listens there.
    public func connection(
        of endpoint: any VirtualEndpoint, at local: TransportAddress, _ transport: TransportProtocol,
        to remote: TransportAddress
    ) -> UInt32? {
        for connection in connections.values
        where connection.isOpen && connection.transport == transport {
            if let other = connection.place(across: endpoint), connection.ends[other].address == remote {
                return connection.number
            }
        }
        guard let listener = endpoints[Key(transport: transport, address: remote)] else { return nil }
        lastConnection += 1
        let ephemeral = TransportAddress(ip: local.ip, port: UInt16(20_000 + lastConnection % 40_000))
        connections[lastConnection] = VirtualConnection(
            number: lastConnection, transport: transport, ends: [(endpoint, ephemeral), (listener, remote)])
        return lastConnection
    }

    /// Sends a message over a connection; false when it is closed.
    @discardableResult
    public func sendStream(_ bytes: [UInt8], _ number: UInt32, from endpoint: any VirtualEndpoint) -> Bool {
        guard let connection = connections[number], connection.isOpen,
            let target = connection.place(across: endpoint)
        else { return false }
        let packet = PacketAddresses(
            transport: connection.transport, source: connection.ends[1 - target].address,
            destination: connection.ends[target].address, connection: number)
        packetCount += 1
        tap?(bytes, packet)
        let delay = conditions(packet.source.ip, packet.destination.ip).delay
        let arrival = max((now + delay).nanoseconds, connection.lastArrival[target])
        connection.lastArrival[target] = arrival
        queue.add(at: SIPInstant(nanoseconds: arrival)) { [unowned self] in
            guard connections[number]?.isOpen == true else { return }
            connection.ends[target].endpoint.received(bytes, packet)
        }
        return true
    }

    /// Closes a connection; both ends are told.
    public func close(_ number: UInt32) {
        guard let connection = connections.removeValue(forKey: number) else { return }
        connection.isOpen = false
        for end in connection.ends {
            schedule(after: .zero) { end.endpoint.connectionClosed(number) }
        }
    }

    /// The open connections of an endpoint.
    public func openConnections(of endpoint: any VirtualEndpoint) -> [UInt32] {
        connections.values.filter { $0.place(across: endpoint) != nil }.map(\.number).sorted()
    }
}
