public import SIPCore
public import SIPProxy
public import SIPSyntax
public import SIPTransaction
public import SIPTransport

/// The configuration in the terms of the layers below.
extension ServerConfiguration {
    /// The listeners in the order of `listen`. One on a wildcard address that advertises nothing calls itself by the
    /// machine's first address of its family, because 0.0.0.0 in a Via reaches nobody.
    ///
    /// A listener with port 0 has sent-by port 0, until its real port is known.
    public func listeners(machine: [IPAddress] = MachineAddresses.all()) -> [Listener] {
        listen.enumerated().map { index, entry in
            let own = entry.address.ip
            let reachable = own.isUnspecified ? machine.first { $0.isIPv6 == own.isIPv6 } ?? own : own
            return Listener(
                index: UInt16(index), transport: entry.transport, address: entry.address,
                sentByHost: entry.advertisedHost.map { Array($0.utf8) } ?? reachable.textBytes(bracketed: true),
                sentByPort: entry.advertisedPort ?? entry.address.port)
        }
    }

    /// Who the server is, when its listeners are bound: a listener on a wildcard address covers every address of the
    /// machine.
    public func identity(
        bound listeners: [Listener], machine: [IPAddress] = MachineAddresses.all()
    ) -> ServerIdentity {
        var addresses: [TransportAddress] = []
        for listener in listeners {
            let own = listener.address
            let covered = own.ip.isUnspecified ? machine.filter { $0.isIPv6 == own.ip.isIPv6 } : [own.ip]
            for ip in covered {
                let address = TransportAddress(ip: ip, port: own.port)
                if !addresses.contains(address) { addresses.append(address) }
            }
        }
        return ServerIdentity(
            listeners: listeners, domains: domains.map { Array($0.utf8) }, addresses: addresses,
            trustedPeers: trustedPeers)
    }

    /// What the parser puts up with.
    public var messageLimits: MessageLimits {
        MessageLimits(headerBytes: limits.headerBytes, fields: limits.headerFields, bodyBytes: limits.messageBytes)
    }

    /// The server transactions that one shard may keep.
    public var transactionsPerShard: Int { max(1, limits.transactions / max(1, shards)) }

    /// What the transports may use and put up with.
    public var transportOptions: TransportOptions {
        var options = TransportOptions()
        options.datagramThreads = threads
        options.streamThreads = threads
        options.messageLimits = messageLimits
        options.maxConnections = limits.connections
        options.maxConnectionsPerSource = limits.connectionsPerSource
        options.maxPendingWriteBytes = limits.writeBufferBytes
        options.idleTimeout = limits.idleTimeout
        options.messageTimeout = limits.headerTimeout
        return options
    }
}

extension ServerParts {
    /// What each shard is told.
    public func coreConfiguration(identity: ServerIdentity) -> CoreConfiguration {
        var core = CoreConfiguration(identity: identity, keys: keys)
        core.timers = configuration.timers.base
        core.timerC = configuration.timers.timerC
        core.maximumRinging = configuration.timers.maximumRinging
        core.shardCount = configuration.shards
        core.maximumTransactions = configuration.transactionsPerShard
        core.allowsPreloadedRoutes = configuration.allowsPreloadedRoutes
        core.bootID = bootID
        return core
    }
}
