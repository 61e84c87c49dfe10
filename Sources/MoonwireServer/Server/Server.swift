import Glibc
import Logging
import SIPAuthentication
import SIPCore
import SIPPolicy
import SIPRegistrar
import SIPSyntax
import SIPTokens
public import SIPTransaction
import SIPTransport

/// The server: listeners, shards with the policy, and what runs beside them.
///
/// Composition only: it makes the parts, joins them, and takes them down in order.
public final class Server: RunningServer {
    public let listeners: [Listener]
    public let policySummary: String
    private let transports: TransportLayer<Shard>
    private let resolver: SystemResolver
    private let housekeeping: Housekeeping
    private let shards: ShardList

    /// Binds, loads the policy, and runs.
    public static func start(_ parts: ServerParts) throws -> Server { try Server(parts) }

    private init(_ parts: ServerParts) throws {
        let configuration = parts.configuration
        transports = TransportLayer(
            listeners: configuration.listeners(), options: configuration.transportOptions)
        listeners = try transports.bind()
        let generation = try PolicyLoading.load(parts)
        resolver = SystemResolver()
        let locations = LocationTable(hashKey: parts.keys.current.key(for: .callID))
        shards = try ShardList(
            parts, listeners: listeners, generation: generation, resolver: resolver, locations: locations)
        policySummary =
            "\(configuration.policy.file) (\(generation.contentHash.prefix(8)), "
            + "handlers: \(generation.handlers.joined(separator: ", ")))"
        housekeeping = Housekeeping(locations: locations, watchesBindings: generation.watchesBindings)
        try transports.run(
            shards: shards.all,
            router: CallRouter(key: parts.keys.current.key(for: .callID), shards: shards.all.count))
        join()
    }

    /// What could only be joined once everything was there.
    private func join() {
        let transports = transports
        resolver.connect { shard, work in transports.post(.task(work), toShard: shard) }
        for (index, begin) in shards.beginnings.enumerated() { transports.post(.task(begin), toShard: index) }
        let changed = shards.locationChanged
        housekeeping.start { events in
            transports.post(.task { events.forEach(changed) }, toShard: 0)
        }
    }

    public func stop() {
        let stopping = shards.stopping
        transports.post(.task(stopping), toShard: 0)
        housekeeping.stop()
        transports.stop()
        resolver.stop()
    }
}

extension PolicyGeneration {
    /// Whether somebody wants to know about bindings.
    var watchesBindings: Bool { has(handler: "registered") || has(handler: "unregistered") }
}
