internal import NIOCore
internal import SIPTransaction

/// The messages of one run that go to the connections of one event loop, in one piece of memory.
struct StreamBatch: Sendable {
    /// One message.
    struct Send: Sendable {
        /// Where it stands in `bytes`.
        var start: Int
        var count: Int
        var flow: Flow
        var ticket: SendTicket
    }

    var bytes: ByteBuffer
    var sends: [Send] = []

    init(capacity: Int) { bytes = ByteBufferAllocator().buffer(capacity: capacity) }

    mutating func append(_ text: UnsafeRawBufferPointer, flow: Flow, ticket: SendTicket) {
        sends.append(Send(start: bytes.writerIndex, count: text.count, flow: flow, ticket: ticket))
        bytes.writeBytes(text)
    }

    /// The bytes of one message; the memory is shared.
    func text(_ send: Send) -> ByteBuffer { bytes.getSlice(at: send.start, length: send.count) ?? ByteBuffer() }
}

extension StreamBatch {
    mutating func append(_ text: ByteBuffer, flow: Flow, ticket: SendTicket) {
        sends.append(Send(start: bytes.writerIndex, count: text.readableBytes, flow: flow, ticket: ticket))
        bytes.writeImmutableBuffer(text)
    }
}
