internal import CLinux
internal import NIOCore
internal import NIOPosix
internal import SIPSyntax
internal import SIPTransaction

/// TCP on SwiftNIO: the listeners, the connections, and the way to them from every thread.
final class StreamTransport<Work: ShardWork>: @unchecked Sendable {
    // Sendable: what changes is set before the loops start, and the rest guards itself.
    let settings: StreamSettings
    let registry: ConnectionRegistry
    let loopCount: UInt32
    private let group: MultiThreadedEventLoopGroup
    private var loops: [StreamLoop<Work>] = []
    /// The address of each listener, by its index.
    private var listeners: [UInt16: Listener] = [:]
    private var servers: [any Channel] = []

    init(options: TransportOptions) {
        settings = StreamSettings(options)
        registry = ConnectionRegistry(
            maxTotal: options.maxConnections, maxPerSource: options.maxConnectionsPerSource)
        let threads = max(options.streamThreads ?? Int(cl_processor_count()), 1)
        loopCount = UInt32(threads)
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
    }

    /// Makes the loops; `makeRunner` gives each its runner.
    func prepare(
        router: any MessageRouter, makeRunner: (StreamTransport<Work>, Int) throws(TransportError) -> ShardRunner<Work>
    ) throws(TransportError) {
        var index: UInt32 = 0
        for eventLoop in group.makeIterator() {
            let runner = try makeRunner(self, Int(index))
            loops.append(
                StreamLoop(index: index, eventLoop: eventLoop, transport: self, runner: runner, router: router))
            index += 1
        }
    }

    // MARK: Listening

    /// Accepts connections on a socket that listens already; the socket is this transport's from here on.
    func serve(_ listener: Listener, socket: CInt) throws(TransportError) {
        listeners[listener.index] = listener
        let bootstrap = ServerBootstrap(group: group)
            .childChannelInitializer { [unowned self] channel in self.accept(channel, listener) }
        do {
            servers.append(try bootstrap.withBoundSocket(socket).wait())
        } catch {
            throw TransportError(.resources, listener.transport, listener.address, "\(error)")
        }
    }

    private func accept(_ channel: any Channel, _ listener: Listener) -> EventLoopFuture<Void> {
        let loop = self.loop(of: channel)
        guard let address = channel.remoteAddress, let remote = TransportAddress(address),
            registry.admit(remote.ip)
        else {
            loop.runner.counters.add(.connectionsRefused)
            return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
        }
        let registry = self.registry
        channel.closeFuture.whenComplete { _ in registry.dismiss(remote.ip) }
        let flow = Flow(
            transport: listener.transport, listener: listener.index, remote: remote, connection: loop.newNumber())
        return setUp(channel, flow, isOutbound: false, loop)
    }

    private func loop(of channel: any Channel) -> StreamLoop<Work> {
        guard let loop = loops.first(where: { $0.eventLoop === channel.eventLoop }) else {
            preconditionFailure("the channel is not on a loop of this transport")
        }
        return loop
    }

    // MARK: The pipeline

    /// The one place where a connection's pipeline is made: what encrypts or unwraps goes before the SIP handler.
    private func setUp(
        _ channel: any Channel, _ flow: Flow, isOutbound: Bool, _ loop: StreamLoop<Work>
    ) -> EventLoopFuture<Void> {
        let connection = StreamConnection(
            channel: channel, number: flow.connection, flow: flow, isOutbound: isOutbound, loop: loop)
        let high = settings.maxPendingWriteBytes
        do {
            let options = channel.syncOptions
            try options?.setOption(.allowRemoteHalfClosure, value: true)
            try options?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            try options?.setOption(.writeBufferWaterMark, value: .init(low: high / 2, high: high))
            try channel.pipeline.syncOperations.addHandler(connection)
            return channel.eventLoop.makeSucceededVoidFuture()
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    // MARK: Connecting

    /// Opens a connection from the flow's listener's address. Called on the loop.
    func connect(_ flow: Flow, on loop: StreamLoop<Work>) -> EventLoopFuture<Void> {
        let registry = self.registry
        guard flow.transport == .tcp, let address = SocketAddress(flow.remote) else {
            return loop.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        guard registry.admit(flow.remote.ip) else {
            loop.runner.counters.add(.connectionsRefused)
            return loop.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        var connected = flow
        connected.connection = loop.newNumber()
        let connection = connector(connected, on: loop).connect(to: address)
        connection.whenFailure { _ in registry.dismiss(flow.remote.ip) }
        return connection.map { channel in
            channel.closeFuture.whenComplete { _ in registry.dismiss(flow.remote.ip) }
        }
    }

    private func connector(_ flow: Flow, on loop: StreamLoop<Work>) -> ClientBootstrap {
        let bootstrap = ClientBootstrap(group: loop.eventLoop)
            .connectTimeout(.nanoseconds(settings.connectTimeout.nanoseconds))
            .channelInitializer { [unowned self] channel in self.setUp(channel, flow, isOutbound: true, loop) }
        // A listener on every address leaves the choice to the kernel's routes.
        guard let local = listeners[flow.listener]?.address.ip, !local.isUnspecified,
            let address = SocketAddress(TransportAddress(ip: local, port: 0))
        else { return bootstrap }
        return bootstrap.bind(to: address)
    }

    // MARK: Ways to a connection

    /// The loop that a connection's number names.
    func loopIndex(of number: UInt32) -> UInt32 { number % loopCount }

    /// The open connection to a flow's peer, or 0.
    func number(of flow: Flow) -> UInt32 { registry.number(of: ConnectionKey(flow)) ?? 0 }

    /// The loop that sends on a flow. What has no connection yet goes to one loop for each peer, so that it is opened once.
    func loopIndex(for flow: Flow) -> UInt32 {
        if flow.connection != 0 { return loopIndex(of: flow.connection) }
        let number = number(of: flow)
        if number != 0 { return loopIndex(of: number) }
        return UInt32(truncatingIfNeeded: UInt(bitPattern: ConnectionKey(flow).hashValue) % UInt(loopCount))
    }

    /// Sends a batch on a loop, from any thread.
    func hand(_ batch: StreamBatch, to index: UInt32) {
        let loop = loops[Int(index)]
        loop.eventLoop.execute { loop.send(batch) }
    }

    /// Sends a batch on the loop that is calling.
    func sendHere(_ batch: StreamBatch, on index: UInt32) { loops[Int(index)].send(batch) }

    /// Closes everything and ends the loops.
    func stop() {
        for server in servers { server.close(promise: nil) }
        try? group.syncShutdownGracefully()
    }
}
