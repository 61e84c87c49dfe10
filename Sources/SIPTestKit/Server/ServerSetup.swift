public import SIPCore
import SIPProxy
public import SIPSyntax
import SIPTokens
import SIPTransaction

/// How a virtual server is to be.
public struct ServerSetup {
    /// Where it listens, on port 5060.
    public var ip: IPAddress
    /// A listener for each.
    public var transports: [TransportProtocol] = [.udp, .tcp]
    public var domains: [String] = ["example.com"]
    public var shardCount = 3
    /// Sources that may send calls without authentication, as `192.0.2.0/24`.
    public var trustedPeers: [String] = []
    /// Finds host names.
    public var resolver: any HostResolver = NumericResolver()
    /// Changes what is not named here.
    public var configure: (inout CoreConfiguration) -> Void = { _ in }

    public init(ip: String = "10.0.0.1") { self.ip = VirtualPhone.address(ip) }

    func makeConfiguration() -> CoreConfiguration {
        let listeners = transports.enumerated().map { index, transport in
            Listener(
                index: UInt16(index), transport: transport,
                address: TransportAddress(ip: ip, port: transport.defaultPort))
        }
        let identity = ServerIdentity(
            listeners: listeners, domains: domains.map { Array($0.utf8) },
            trustedPeers: trustedPeers.compactMap { $0.withByteView { ServerIdentity.Network($0) } })
        let keys = KeyRing(randomBytes: (0..<48).map { $0 &* 11 &+ 3 })
        var configuration = CoreConfiguration(identity: identity, keys: keys)
        configuration.shardCount = shardCount
        configure(&configuration)
        return configuration
    }
}

extension VirtualNetwork {
    /// Starts a server; `makeUser` gives each shard its transaction user.
    public func addServer(
        _ setup: ServerSetup = ServerSetup(), makeUser: (Shard) -> any TransactionUser
    ) -> VirtualServer {
        VirtualServer(network: self, setup, makeUser: makeUser)
    }
}
