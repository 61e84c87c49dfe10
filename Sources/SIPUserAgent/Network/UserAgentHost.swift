import Dispatch
import Glibc
import SIPAuthentication
import SIPCore
import SIPProxy
import SIPRegistrar
public import SIPSyntax
import SIPTokens
public import SIPTransaction
public import SIPTransport

/// A user agent on the machine's network: one shard on a transport layer, over UDP and TCP.
public final class UserAgentHost: @unchecked Sendable {
    // Sendable: what is here is set before the threads start, and the user agent is touched in the shard's events only.

    /// Where a host listens and sends to.
    public struct Options: Sendable {
        /// Where requests outside of dialogs go; nil for what their Request-URI says.
        public var server: ServerAddress?
        /// The transport that its Contact names.
        public var transport = TransportProtocol.udp
        /// The local address for that transport, port 0 for any.
        public var local: TransportAddress
        /// Writes down every message.
        public var ladder: (@Sendable () -> Ladder)?

        public init(local: TransportAddress) { self.local = local }
    }

    /// What it listens on; the Contact's listener is the first.
    public let listeners: [Listener]
    private let layer: TransportLayer<ObservedShard>
    private let userAgent: UserAgent
    private let shard: Shard

    /// Binds the sockets and starts the threads.
    ///
    /// - Parameters:
    ///   - configure: completes the configuration, whose Contact and outbound flow are set.
    ///   - onEvent: hears of the user agent's events, on the threads of the transports, one at a time.
    public init(
        _ options: Options, addressOfRecord: SIPURI, configure: (inout UserAgentConfiguration) -> Void = { _ in },
        onEvent: @escaping @Sendable (UserAgentEvent, UserAgent) -> Void
    ) throws(TransportError) {
        var transportOptions = TransportOptions()
        (transportOptions.datagramThreads, transportOptions.streamThreads) = (1, 1)
        transportOptions.receiveBuffer = 256 * 1024
        layer = TransportLayer(listeners: UserAgentHost.listeners(options), options: transportOptions)
        let listeners = try layer.bind()
        self.listeners = listeners
        let resolver = HostNames()
        shard = UserAgentHost.makeShard(listeners, resolver)
        let contact = UserAgentHost.contact(of: addressOfRecord, listeners[0])
        var configuration = UserAgentConfiguration(addressOfRecord: addressOfRecord, contact: contact)
        configuration.outboundFlow = options.server.map { server in
            let listener = listeners.first { $0.transport == server.transport } ?? listeners[0]
            return Flow(transport: server.transport, listener: listener.index, remote: server.address)
        }
        configure(&configuration)
        let userAgent = UserAgent(configuration: configuration, shard: shard)
        self.userAgent = userAgent
        let observed = ObservedShard(shard: shard, userAgent: userAgent, ladder: options.ladder?())
        userAgent.onEvent = { [unowned userAgent, unowned observed] event in
            observed.showSent()
            onEvent(event, userAgent)
        }
        try layer.run(shards: [observed], router: OneShardRouter())
        resolver.post = { [unowned layer] work in layer.post(.task(work), toShard: 0) }
    }

    /// Runs `body` as an event of the user agent's shard.
    public func perform(_ body: @escaping @Sendable (UserAgent) -> Void) {
        layer.post(.task { [self] in body(userAgent) }, toShard: 0)
    }

    /// Ends the threads and closes the sockets. Not to be called from an event.
    public func stop() { layer.stop() }

    // MARK: Parts

    /// Both transports, for a peer may ask for either in its Contact or Record-Route.
    private static func listeners(_ options: Options) -> [Listener] {
        let other: TransportProtocol = options.transport == .udp ? .tcp : .udp
        var host: [UInt8]?
        if options.local.ip.isUnspecified, let server = options.server?.address.ip,
            let local = SystemAddresses.local(for: server)
        {
            // A listener on every address is known by the one that the server sees.
            host = local.textBytes(bracketed: true)
        }
        return [
            Listener(index: 0, transport: options.transport, address: options.local, sentByHost: host),
            Listener(
                index: 1, transport: other, address: TransportAddress(ip: options.local.ip, port: 0), sentByHost: host),
        ]
    }

    private static func contact(of addressOfRecord: SIPURI, _ listener: Listener) -> SIPURI {
        SIPURI(
            user: addressOfRecord.user, host: String(decoding: listener.sentByHost, as: UTF8.self),
            port: listener.sentByPort,
            parameters: listener.transport == .udp ? [] : [("transport", "\(listener.transport.uriName)")])
            ?? addressOfRecord
    }

    private static func makeShard(_ listeners: [Listener], _ resolver: HostNames) -> Shard {
        let keys = KeyRing(randomBytes: (0..<TokenKey.byteCount).map { _ in UInt8.random(in: .min ... .max) })
        var configuration = CoreConfiguration(
            identity: ServerIdentity(listeners: listeners, domains: []), keys: keys)
        // What a proxy left in Route is no way around anything here.
        configuration.allowsPreloadedRoutes = true
        configuration.serverName = bytes("Moonwire")
        return Shard(
            index: 0, configuration: configuration, resolver: resolver,
            locations: LocationTable(hashKey: keys.current.key(for: .transaction)),
            authentication: verifier, now: .now(), wallClock: { Int64(time(nil)) })
    }

    /// A user agent challenges nobody.
    private static var verifier: DigestVerifier {
        let lifetime = SIPDuration.seconds(Int64(60))
        return DigestVerifier(counter: NonceCounter(lifetime: lifetime, capacity: 1), nonceLifetime: lifetime)
    }
}

/// Looks names up on a thread of its own.
private final class HostNames: HostResolver, @unchecked Sendable {
    // Sendable: `post` is set once, before the shard can ask.
    var post: (@escaping @Sendable () -> Void) -> Void = { _ in }
    private let queue = DispatchQueue(label: "sip-resolver", attributes: .concurrent)

    func resolve(_ host: [UInt8], forShard shard: UInt16, found: @escaping @Sendable ([IPAddress]) -> Void) {
        queue.async { [self] in
            let addresses = SystemAddresses.addresses(of: String(decoding: host, as: UTF8.self))
            post { found(addresses) }
        }
    }
}
