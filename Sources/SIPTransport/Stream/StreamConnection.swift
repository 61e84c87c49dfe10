internal import NIOCore
internal import SIPSyntax
internal import SIPTransaction

/// One connection: divides what comes in into messages, answers keep-alives, and closes when a limit is passed.
///
/// Confined to its event loop. It leaves messages with the loop's runner; the shards run after the whole read.
final class StreamConnection<Work: ShardWork>: ChannelInboundHandler, @unchecked Sendable {
    // Sendable: everything happens on the channel's event loop.
    typealias InboundIn = ByteBuffer

    let channel: any Channel
    let number: UInt32
    let flow: Flow
    private let isOutbound: Bool
    private unowned let loop: StreamLoop<Work>
    private let settings: StreamSettings
    private var framer: StreamFramer
    /// What has come in and is not a whole message yet.
    private var rest: ByteBuffer?
    /// Whether a message went through, so that shards may know the connection.
    private var hasCarried = false
    private var isOpen = true
    private var timing: ConnectionTiming
    private var timer: Scheduled<Void>?
    private var timerAt = SIPInstant.distantFuture

    init(channel: any Channel, number: UInt32, flow: Flow, isOutbound: Bool, loop: StreamLoop<Work>) {
        self.channel = channel
        self.number = number
        self.flow = flow
        self.isOutbound = isOutbound
        self.loop = loop
        settings = loop.settings
        framer = StreamFramer(limits: loop.settings.limits)
        timing = ConnectionTiming(opened: .now(), expectsMessage: !isOutbound)
    }

    // MARK: Its life

    func channelActive(context: ChannelHandlerContext) {
        loop.opened(self, isOutbound: isOutbound)
        watchTime()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        retire()
        timer?.cancel()
        timer = nil
        loop.closed(self, number: number)
        context.fireChannelInactive()
    }

    /// The peer sends no more. What it used the connection for is over; answers may still go out for a while.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            retire()
            if hasCarried {
                timing.halfClosed(.now())
                watchTime()
            } else {
                close()
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

    func close() { channel.close(promise: nil) }

    /// No new message goes this way, and the shards hear of it.
    private func retire() {
        guard isOpen else { return }
        isOpen = false
        loop.retired(self, tellShards: hasCarried)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if var waiting = rest.take() {
            waiting.writeBuffer(&bytes)
            bytes = waiting
        }
        let now = SIPInstant.now()
        timing.touched(now)
        do {
            try readItems(&bytes)
        } catch {
            loop.runner.counters.add(.parseFailures)
            return close()
        }
        if bytes.readableBytes > 0 {
            bytes.discardReadBytes()
            rest = bytes
        }
        if timing.setInMessage(framer.isInMessage, now) { watchTime() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        loop.runSoon()
        context.fireChannelReadComplete()
    }

    private func readItems(_ bytes: inout ByteBuffer) throws {
        var pings = 0
        while let item = try bytes.withUnsafeReadableBytes({ try framer.next(ByteView($0)) }) {
            switch item {
            case .message(let length):
                let message = try bytes.withUnsafeReadableBytes {
                    try SIPMessage(parsing: ByteView($0).prefix(length), limits: settings.limits)
                }
                bytes.moveReaderIndex(forwardBy: length)
                hasCarried = true
                timing.messageArrived()
                loop.received(message, flow)
            case .ping(let length):
                bytes.moveReaderIndex(forwardBy: length)
                pings += 1
            case .padding(let length):
                bytes.moveReaderIndex(forwardBy: length)
                loop.runner.counters.add(.keepAlives)
            }
        }
        if pings > 0 { answer(pings) }
    }

    /// One CRLF for each double one (RFC 5626 §4.4.1).
    private func answer(_ pings: Int) {
        loop.runner.counters.add(.keepAlives, pings)
        var pong = channel.allocator.buffer(capacity: 2 * pings)
        for _ in 0..<pings { pong.writeString("\r\n") }
        channel.writeAndFlush(pong, promise: nil)
        if !channel.isWritable { loop.closeSlowReader(self) }
    }

    // MARK: Writing

    /// Writes without sending; `flush` follows.
    func write(_ bytes: ByteBuffer) {
        hasCarried = true
        channel.write(bytes, promise: nil)
    }

    /// Sends what was written; false when the peer does not read it, and the connection is to be closed.
    func flush() -> Bool {
        channel.flush()
        timing.touched(.now())
        return channel.isWritable
    }

    // MARK: Time

    /// Makes sure that the connection is looked at when its next limit is reached.
    private func watchTime() {
        let due = timing.deadline(settings)
        guard due < timerAt else { return }
        timer?.cancel()
        timerAt = due
        let delay = max((due - .now()).nanoseconds, 0)
        timer = channel.eventLoop.scheduleTask(in: .nanoseconds(delay)) { self.timerFired() }
    }

    private func timerFired() {
        timerAt = .distantFuture
        timer = nil
        guard timing.deadline(settings) <= .now() else { return watchTime() }
        loop.runner.counters.add(.timedOut)
        close()
    }
}
