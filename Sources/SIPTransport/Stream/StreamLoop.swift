internal import NIOCore
internal import NIOPosix
internal import SIPSyntax
internal import SIPTransaction

/// One event loop's part: its connections, and its hand on the shards.
///
/// Confined to its event loop; others reach it with `execute`.
final class StreamLoop<Work: ShardWork>: @unchecked Sendable {
    // Sendable: see above; only constants are read from elsewhere.
    let eventLoop: any EventLoop
    let runner: ShardRunner<Work>
    let settings: StreamSettings
    private let index: UInt32
    private unowned let transport: StreamTransport<Work>
    private let router: any MessageRouter
    private var connections: [UInt32: StreamConnection<Work>] = [:]
    private var lastNumber: UInt32
    /// What waits for connections that are being opened.
    private var connecting: [ConnectionKey: StreamBatch] = [:]
    private var willRun = false
    private var isRunning = false

    init(
        index: UInt32, eventLoop: any EventLoop, transport: StreamTransport<Work>, runner: ShardRunner<Work>,
        router: any MessageRouter
    ) {
        self.index = index
        self.eventLoop = eventLoop
        self.transport = transport
        self.runner = runner
        self.router = router
        settings = transport.settings
        lastNumber = index
    }

    // MARK: Shards

    func received(_ message: consuming SIPMessage, _ flow: Flow) {
        runner.counters.add(.streamMessagesReceived)
        let shard = router.shardIndex(for: message)
        runner.leave(message, from: flow, shard: shard)
    }

    /// Runs the shards when all that can be read now has been read.
    func runSoon() {
        guard !willRun, runner.hasWork else { return }
        willRun = true
        eventLoop.execute { self.run() }
    }

    private func run() {
        willRun = false
        isRunning = true
        runner.run()
        isRunning = false
        // Shards that have more to do than their quota let the connections be read first.
        runSoon()
    }

    // MARK: Connections

    /// A number that no connection has; it names the loop, so that any thread finds the way without a table.
    func newNumber() -> UInt32 {
        repeat {
            let (next, wrapped) = lastNumber.addingReportingOverflow(transport.loopCount)
            lastNumber = wrapped ? index &+ transport.loopCount : next
        } while connections[lastNumber] != nil
        return lastNumber
    }

    func opened(_ connection: StreamConnection<Work>, isOutbound: Bool) {
        let key = ConnectionKey(connection.flow)
        connections[connection.number] = connection
        transport.registry.insert(connection.number, for: key)
        runner.counters.add(isOutbound ? .connectionsOpened : .connectionsAccepted)
        if isOutbound { connected(key, connection.number) }
    }

    /// The connection takes no new messages.
    func retired(_ connection: StreamConnection<Work>, tellShards: Bool) {
        transport.registry.remove(connection.number, for: ConnectionKey(connection.flow))
        guard tellShards else { return }
        runner.leaveForAll(.connectionClosed(connection.number))
        runSoon()
    }

    func closed(_ connection: StreamConnection<Work>, number: UInt32) {
        guard connections.removeValue(forKey: number) != nil else { return }
        runner.counters.add(.connectionsClosed)
    }

    func closeSlowReader(_ connection: StreamConnection<Work>) {
        runner.counters.add(.slowReadersClosed)
        connection.close()
    }

    // MARK: Sending

    /// Sends a batch. Must run on the event loop.
    func send(_ batch: StreamBatch) {
        var written: [StreamConnection<Work>] = []
        for send in batch.sends {
            let number = send.flow.connection != 0 ? send.flow.connection : transport.number(of: send.flow)
            if number == 0 {
                connect(send, batch)
            } else if transport.loopIndex(of: number) != index {
                // A connection was opened on another loop while this was on its way.
                forward(send, batch, to: number)
            } else if let connection = connections[number] {
                connection.write(batch.text(send))
                runner.counters.add(.streamMessagesSent)
                if written.last !== connection { written.append(connection) }
            } else {
                fail(send.ticket)
            }
        }
        for connection in written where !connection.flush() {
            fail(connection, batch)
            closeSlowReader(connection)
        }
        if !isRunning { runSoon() }
    }

    private func forward(_ send: StreamBatch.Send, _ batch: StreamBatch, to number: UInt32) {
        var single = StreamBatch(capacity: send.count)
        var flow = send.flow
        flow.connection = number
        single.append(batch.text(send), flow: flow, ticket: send.ticket)
        transport.hand(single, to: transport.loopIndex(of: number))
    }

    /// Tells the senders of what a peer does not read.
    private func fail(_ connection: StreamConnection<Work>, _ batch: StreamBatch) {
        let key = ConnectionKey(connection.flow)
        for send in batch.sends {
            let number = send.flow.connection
            if number == connection.number || (number == 0 && ConnectionKey(send.flow) == key) { fail(send.ticket) }
        }
    }

    private func fail(_ ticket: SendTicket) {
        runner.counters.add(.sendFailures)
        runner.leaveFailure(ticket)
    }

    // MARK: Connecting

    /// Adds a message to those that wait for a connection to its peer; the first opens it.
    private func connect(_ send: StreamBatch.Send, _ batch: StreamBatch) {
        let key = ConnectionKey(send.flow)
        let isFirst = connecting[key] == nil
        var waiting = connecting.removeValue(forKey: key) ?? StreamBatch(capacity: send.count)
        if waiting.bytes.readableBytes + send.count <= settings.maxPendingConnectBytes {
            waiting.append(batch.text(send), flow: send.flow, ticket: send.ticket)
        } else {
            fail(send.ticket)
        }
        connecting[key] = waiting
        if isFirst { open(key, send.flow) }
    }

    private func open(_ key: ConnectionKey, _ flow: Flow) {
        // What waits is sent when the connection becomes active.
        transport.connect(flow, on: self).whenFailure { _ in
            self.runner.counters.add(.connectFailures)
            self.failed(key)
        }
    }

    private func connected(_ key: ConnectionKey, _ number: UInt32) {
        guard var waiting = connecting.removeValue(forKey: key) else { return }
        for index in waiting.sends.indices { waiting.sends[index].flow.connection = number }
        send(waiting)
    }

    private func failed(_ key: ConnectionKey) {
        guard let waiting = connecting.removeValue(forKey: key) else { return }
        for send in waiting.sends { fail(send.ticket) }
        runSoon()
    }
}
