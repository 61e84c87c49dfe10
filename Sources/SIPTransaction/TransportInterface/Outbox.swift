public import SIPSyntax

/// The messages that a shard wants sent, written one behind the other into one run of bytes.
///
/// Whoever runs the shard owns the outbox: it hands the entries to sendmmsg or to connections after the shard has let
/// go, so nothing is copied between serialising and the kernel.
public final class Outbox {
    /// One message to send.
    @frozen
    public struct Entry: Sendable {
        /// Where its bytes stand in `bytes`.
        public var start: Int
        public var count: Int
        /// Where it goes. A stream flow with connection 0 uses or opens a connection to the remote address.
        public var flow: Flow
        /// What the sender wants to be told if it can't be sent; `.none` for nobody.
        public var ticket: SendTicket

        @inlinable
        init(start: Int, count: Int, flow: Flow, ticket: SendTicket) {
            self.start = start
            self.count = count
            self.flow = flow
            self.ticket = ticket
        }
    }

    public let bytes: ByteWriter
    /// Events for other shards, delivered after this one has let go: a running shard never runs another.
    public var posts: [(shard: Int, event: ShardEvent)] = []
    @usableFromInline var list: ContiguousArray<Entry> = []
    @usableFromInline var openStart = 0

    public init(capacity: Int = 64 * 1024) { bytes = ByteWriter(capacity: capacity) }

    /// The messages in the order in which they were written.
    @inlinable
    public var entries: ContiguousArray<Entry> { list }

    @inlinable
    public var isEmpty: Bool { list.isEmpty && posts.isEmpty }

    /// Forgets everything and keeps the memory.
    public func removeAll() {
        bytes.removeAll()
        list.removeAll(keepingCapacity: true)
        posts.removeAll(keepingCapacity: true)
    }

    /// Begins a message: what is appended to `bytes` from here to `finish` is its text.
    @inlinable
    public func begin() { openStart = bytes.count }

    /// Ends the message that `begin` began.
    @inlinable
    public func finish(to flow: Flow, ticket: SendTicket = .none) {
        list.append(Entry(start: openStart, count: bytes.count - openStart, flow: flow, ticket: ticket))
    }

    /// The bytes since `begin`; valid until the next append.
    @inlinable
    public var openMessage: ByteView { bytes.view.suffix(from: openStart) }

    /// Forgets the bytes since `begin`.
    @inlinable
    public func discard() { bytes.truncate(to: openStart) }

    /// Writes `message`'s bytes for `flow`.
    @inlinable
    public func send(_ message: ByteView, to flow: Flow, ticket: SendTicket = .none) {
        begin()
        bytes.append(message)
        finish(to: flow, ticket: ticket)
    }
}

/// Names the client transaction that learns of a transport failure (§17.1.4, §18.4).
@frozen
public struct SendTicket: Hashable, Sendable {
    public var shard: UInt16
    /// The shard's own number for the sender; 0 is nobody.
    public var sender: UInt64

    @inlinable
    public init(shard: UInt16, sender: UInt64) {
        self.shard = shard
        self.sender = sender
    }

    /// Nobody wants to know.
    @inlinable
    public static var none: SendTicket { SendTicket(shard: 0, sender: 0) }
}
