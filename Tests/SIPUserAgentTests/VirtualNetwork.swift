import SIPAuthentication
import SIPCore
import SIPProxy
import SIPRegistrar
import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@testable import SIPUserAgent

/// User agents and scripted peers joined in memory, with a clock that moves when the test says so.
final class VirtualNetwork {
    /// A message on its way.
    struct Packet {
        let text: [UInt8]
        let from: TransportAddress
        let to: TransportAddress

        var message: SIPMessage? { text.withByteView { try? SIPMessage(parsing: $0) } }
        /// `INVITE`, or `180 INVITE`.
        var name: String {
            guard let message else { return "?" }
            let method = message.methodText.string
            return message.isRequest ? method : "\(message.status) \(method)"
        }
    }

    private(set) var now = SIPInstant.zero
    private var agents: [VirtualAgent] = []
    private var peers: [ScriptedPeer] = []
    private var queue: [Packet] = []
    /// Every packet that was sent, lost ones included.
    private(set) var sent: [Packet] = []
    /// Tells which packets are lost.
    var isLost: (Packet) -> Bool = { _ in false }

    /// More than any test sends.
    private static let limit = 2000

    var names: [String] { sent.map(\.name) }

    func packets(_ name: String) -> [Packet] { sent.filter { $0.name == name } }

    func agent(_ user: String, _ configure: (inout UserAgentConfiguration) -> Void = { _ in }) -> VirtualAgent {
        let agent = VirtualAgent(user, address: newAddress(), network: self, configure)
        agents.append(agent)
        return agent
    }

    func peer(_ receive: @escaping (ScriptedPeer, SIPMessage) -> Void) -> ScriptedPeer {
        let peer = ScriptedPeer(address: newAddress(), network: self, receive)
        peers.append(peer)
        return peer
    }

    private func newAddress() -> TransportAddress {
        TransportAddress(ip: IPAddress(v4: 0xC000_0201 + UInt32(agents.count + peers.count)), port: 5060)
    }

    func send(_ text: [UInt8], from: TransportAddress, to: TransportAddress) {
        let packet = Packet(text: text, from: from, to: to)
        sent.append(packet)
        if !isLost(packet) { queue.append(packet) }
    }

    /// Delivers what is on its way, and what that causes.
    func deliver() {
        while !queue.isEmpty {
            guard sent.count < VirtualNetwork.limit else {
                Issue.record("packets go round for ever: \(names.suffix(4))")
                return queue.removeAll()
            }
            let packet = queue.removeFirst()
            guard let message = packet.message else { continue }
            if let agent = agents.first(where: { $0.address == packet.to }) {
                agent.receive(message, from: packet.from)
            } else if let peer = peers.first(where: { $0.address == packet.to }) {
                peer.receive(message)
            }
        }
    }

    /// Lets time pass: timers fire one after the other, packets arrive at once.
    func advance(_ seconds: Double) {
        let end = now + .seconds(seconds)
        deliver()
        while let next = agents.map(\.shard.nextDeadline).min(), next <= end {
            now = max(next, now + .milliseconds(1))
            for agent in agents where agent.shard.nextDeadline <= now { agent.timersDue() }
            deliver()
        }
        now = end
    }
}

/// A user agent in the virtual network.
final class VirtualAgent {
    let address: TransportAddress
    let shard: Shard
    let userAgent: UserAgent
    private let outbox = Outbox()
    private unowned let network: VirtualNetwork
    /// What it told.
    private(set) var events: [String] = []

    init(
        _ user: String, address: TransportAddress, network: VirtualNetwork,
        _ configure: (inout UserAgentConfiguration) -> Void
    ) {
        self.address = address
        self.network = network
        let keys = KeyRing(randomBytes: (0..<TokenKey.byteCount).map { UInt8($0) ^ address.ip.lastByte })
        let identity = ServerIdentity(listeners: [Listener(index: 0, transport: .udp, address: address)], domains: [])
        let counter = NonceCounter(lifetime: .seconds(Int64(60)), capacity: 1)
        shard = Shard(
            index: 0, configuration: CoreConfiguration(identity: identity, keys: keys), resolver: NumericResolver(),
            locations: LocationTable(hashKey: keys.current.key(for: .transaction)),
            authentication: DigestVerifier(counter: counter, nonceLifetime: .seconds(Int64(60))), now: network.now,
            wallClock: { 0 })
        shard.configuration.allowsPreloadedRoutes = true
        var configuration = UserAgentConfiguration(
            addressOfRecord: uri("sip:\(user)@example.com"), contact: uri("sip:\(user)@\(address)"))
        configure(&configuration)
        userAgent = UserAgent(configuration: configuration, shard: shard)
        userAgent.onEvent = { [unowned self] in events.append(name(of: $0)) }
    }

    var contact: SIPURI { userAgent.configuration.contact }

    func receive(_ message: SIPMessage, from: TransportAddress) {
        shard.handle(
            .message(message, Flow(transport: .udp, listener: 0, remote: from)), now: network.now, outbox: outbox)
        flush()
    }

    func timersDue() {
        shard.timersDue(now: network.now, outbox: outbox)
        flush()
    }

    /// Does something as an event of the shard, and delivers what it sends.
    func perform(_ body: (UserAgent) -> Void) {
        shard.perform(now: network.now, outbox: outbox) { body(userAgent) }
        flush()
        network.deliver()
    }

    private func flush() {
        for entry in outbox.entries {
            network.send(
                outbox.bytes.view[entry.start..<entry.start + entry.count].array, from: address, to: entry.flow.remote)
        }
        outbox.removeAll()
    }

    /// Nothing is left of anything.
    var isIdle: Bool {
        shard.transactionCount == 0 && shard.timerCount == 0 && userAgent.exchanges.isEmpty && userAgent.calls.isEmpty
    }
}

/// A peer that says what the test makes it say.
final class ScriptedPeer {
    let address: TransportAddress
    private unowned let network: VirtualNetwork
    private let script: (ScriptedPeer, SIPMessage) -> Void
    private(set) var received: [SIPMessage] = []

    init(
        address: TransportAddress, network: VirtualNetwork, _ script: @escaping (ScriptedPeer, SIPMessage) -> Void
    ) {
        self.address = address
        self.network = network
        self.script = script
    }

    func receive(_ message: SIPMessage) {
        received.append(message)
        if message.isRequest { script(self, message) }
    }

    /// Answers a request; `tag` goes into To.
    func reply(_ request: SIPMessage, _ status: String, tag: String = "peer", _ fields: [String] = []) {
        var lines = ["SIP/2.0 \(status)"]
        for name in [HeaderName.via, .from, .to, .callID, .cSeq] {
            var value = request.value(of: name)?.string ?? ""
            if name == .to, !value.contains(";tag="), !status.hasPrefix("100") { value += ";tag=\(tag)" }
            lines.append("\(name.canonicalText): \(value)")
        }
        send(lines + fields + ["Content-Length: 0"], to: via(request))
    }

    func send(_ lines: [String], body: String = "", to target: TransportAddress) {
        network.send(
            Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), from: address, to: target)
    }

    private func via(_ request: SIPMessage) -> TransportAddress {
        guard let value = request.value(of: .via), let via = ViaLayout(value), let ip = IPAddress(via.host(in: value))
        else { return address }
        return TransportAddress(ip: ip, port: via.sentByPortOrDefault)
    }
}

extension IPAddress {
    fileprivate var lastByte: UInt8 { UInt8(truncatingIfNeeded: low) }
}

/// A URI that the test knows to be one.
func uri(_ text: String) -> SIPURI {
    guard let uri = SIPURI(text) else { preconditionFailure("\(text) is no URI") }
    return uri
}

/// An event in a few words.
func name(of event: UserAgentEvent) -> String {
    switch event {
    case .registered(let registered): "registered for \(registered.seconds)"
    case .unregistered: "unregistered"
    case .registrationFailed(let failure): "registration failed: \(name(of: failure))"
    case .callReceived(_, let from): "call from \(from)"
    case .callProgressed(_, let status): "progress \(status)"
    case .callEstablished: "established"
    case .callEnded(_, .failed(let failure, let contacts)): "ended: \(name(of: failure)) \(contacts)"
    case .callEnded(_, let end): "ended: \(end)"
    case .messageReceived(let from, let text): "message from \(from): \(text)"
    case .requestSucceeded(_, let response): "success \(response.status)"
    case .requestFailed(_, let failure): "request failed: \(name(of: failure))"
    }
}

private func name(of failure: RequestFailure) -> String {
    switch failure {
    case .rejected(let status, _): "rejected \(status)"
    case .authentication(let status, _): "authentication \(status)"
    case .timeout: "timeout"
    case .transport: "transport"
    }
}
