import SIPSyntax
import SIPTransaction

@testable import SIPTransport

/// A transport layer on loopback with fake shards.
final class TestServer {
    let layer: TransportLayer<FakeShard>
    let listeners: [Listener]
    /// What each shard was told.
    let logs: [Watched<[Happening]>]

    var log: Watched<[Happening]> { logs[0] }

    init(
        _ wanted: [(TransportProtocol, IPAddress)], shards: Int = 1, deadline: SIPInstant = .distantFuture,
        options: TransportOptions? = nil,
        onMessage: @escaping @Sendable (SIPMessage, Flow, Outbox) -> Void = { echo($0, $1, $2) }
    ) throws {
        var chosen = options ?? TransportOptions()
        if options == nil { (chosen.datagramThreads, chosen.streamThreads) = (2, 2) }
        let unbound = wanted.enumerated().map { index, listener in
            Listener(
                index: UInt16(index), transport: listener.0, address: TransportAddress(ip: listener.1, port: 0))
        }
        layer = TransportLayer(listeners: unbound, options: chosen)
        listeners = try layer.bind()
        let logs = (0..<shards).map { _ in Watched<[Happening]>([]) }
        self.logs = logs
        try layer.run(
            shards: logs.map { FakeShard(log: $0, deadline: deadline, onMessage: onMessage) },
            router: FakeRouter(shards: shards))
    }

    deinit { layer.stop() }

    func client(_ listener: Int = 0) -> TestSocket? {
        TestSocket.connected(
            to: listeners[listener].address, stream: listeners[listener].transport != .udp)
    }
}
