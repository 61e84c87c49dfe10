/// A part of a message: where its bytes stand, and in which of the two runs of bytes.
///
/// The high bit of the offset says "in the arena of edits"; everything else is in the bytes as received.
@frozen
@usableFromInline
struct MessagePart: Hashable {
    @usableFromInline var offset: UInt32
    @usableFromInline var count: UInt32

    @inlinable
    init(offset: Int, count: Int) {
        self.offset = UInt32(truncatingIfNeeded: offset)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    @inlinable static var arenaBit: UInt32 { 0x8000_0000 }
    @inlinable var isInArena: Bool { offset & MessagePart.arenaBit != 0 }
    @inlinable var position: Int { Int(offset & ~MessagePart.arenaBit) }
}

/// One header field in a message's index, 16 bytes.
@frozen
@usableFromInline
struct FieldSlot {
    /// Where the field line begins; high bit as in `MessagePart`.
    @usableFromInline var offset: UInt32
    /// The length of the whole line or folded lines, CRLF included.
    @usableFromInline var lineCount: UInt16
    /// From the line's begin to the value's.
    @usableFromInline var valueStart: UInt16
    @usableFromInline var valueCount: UInt16
    @usableFromInline var nameCount: UInt16
    @usableFromInline var name: HeaderName
    @usableFromInline var unused: (UInt8, UInt8, UInt8) = (0, 0, 0)

    @inlinable
    init(offset: UInt32, lineCount: Int, valueStart: Int, valueCount: Int, nameCount: Int, name: HeaderName) {
        self.offset = offset
        self.lineCount = UInt16(truncatingIfNeeded: lineCount)
        self.valueStart = UInt16(truncatingIfNeeded: valueStart)
        self.valueCount = UInt16(truncatingIfNeeded: valueCount)
        self.nameCount = UInt16(truncatingIfNeeded: nameCount)
        self.name = name
    }

    @inlinable var line: MessagePart { MessagePart(raw: offset, count: UInt32(lineCount)) }
    @inlinable var value: MessagePart { MessagePart(raw: offset &+ UInt32(valueStart), count: UInt32(valueCount)) }
    @inlinable var nameText: MessagePart { MessagePart(raw: offset, count: UInt32(nameCount)) }
}

extension MessagePart {
    @inlinable
    init(raw: UInt32, count: UInt32) {
        offset = raw
        self.count = count
    }
}

/// What a message knows about itself beside its slots and bytes.
@frozen
@usableFromInline
struct MessageHead {
    /// The message whose bytes this one shares; nil when the bytes are its own.
    @usableFromInline var base: MessageStorage?
    /// The bytes as received, in `base` or here: reading them touches no reference count.
    @usableFromInline var received: UnsafeMutablePointer<UInt8>?
    /// A bit for each known name with a field.
    @usableFromInline var present: UInt64 = 0
    @usableFromInline var slotCount: Int32 = 0
    @usableFromInline var slotCapacity: Int32 = 0
    /// Bytes used and there: the received ones with the edits behind them, or the edits alone.
    @usableFromInline var byteCount: Int32 = 0
    @usableFromInline var byteCapacity: Int32 = 0
    @usableFromInline var method = MessagePart(offset: 0, count: 0)
    @usableFromInline var requestURI = MessagePart(offset: 0, count: 0)
    /// The whole start line with its CRLF, as received; what is not edited is copied from here.
    @usableFromInline var startLine = MessagePart(offset: 0, count: 0)
    @usableFromInline var reason = MessagePart(offset: 0, count: 0)
    @usableFromInline var body = MessagePart(offset: 0, count: 0)
    /// 0 for a request.
    @usableFromInline var status: UInt16 = 0
    @usableFromInline var methodCode: SIPMethod = .other
    @usableFromInline var flaw: MessageFlaw = .none

    @inlinable init() {}
}

/// The memory of a message: head, index and bytes in one allocation.
///
/// A received message has slots and bytes together. A copy that is edited has slots and an arena of its own, and
/// shares the bytes of the first (`base`), which nobody changes from then on. This and `ByteView` are the two places
/// in SIPSyntax that touch unsafe memory; all offsets come from the parser or from `append`, which check them.
@usableFromInline
final class MessageStorage: ManagedBuffer<MessageHead, UInt64> {
    /// Memory for `slots` fields and `bytes` bytes, without contents.
    @inlinable
    static func make(slots: Int, bytes: Int) -> MessageStorage {
        let words = slots &* 2 &+ (bytes &+ 7) / 8
        let buffer = MessageStorage.create(minimumCapacity: words) { _ in MessageHead() }
        let storage = unsafeDowncast(buffer, to: MessageStorage.self)
        storage.header.slotCapacity = Int32(truncatingIfNeeded: slots)
        storage.header.byteCapacity = Int32(truncatingIfNeeded: (bytes &+ 7) & ~7)
        return storage
    }

    @inlinable
    var slots: UnsafeMutablePointer<FieldSlot> {
        withUnsafeMutablePointerToElements {
            UnsafeMutableRawPointer($0).assumingMemoryBound(to: FieldSlot.self)
        }
    }

    @inlinable
    var ownBytes: UnsafeMutablePointer<UInt8> {
        let slotCapacity = Int(header.slotCapacity)
        return withUnsafeMutablePointerToElements {
            UnsafeMutableRawPointer($0 + slotCapacity &* 2).assumingMemoryBound(to: UInt8.self)
        }
    }

    /// The bytes of a part, received or edited.
    @inlinable
    func view(_ part: MessagePart) -> ByteView {
        let start = part.isInArena ? ownBytes : header.received ?? ownBytes
        return ByteView(UnsafePointer(start + part.position), count: Int(part.count))
    }

    /// Whether so many more fields and bytes have a place.
    @inlinable
    func hasRoom(slots: Int, bytes: Int) -> Bool {
        Int(header.slotCapacity &- header.slotCount) >= slots && Int(header.byteCapacity &- header.byteCount) >= bytes
    }

    /// Copies bytes behind what is there, which has room for them.
    @inlinable
    func append(_ bytes: ByteView) -> MessagePart {
        let start = Int(header.byteCount)
        precondition(start &+ bytes.count <= Int(header.byteCapacity), "the arena was not made large enough")
        (ownBytes + start).update(from: bytes.base, count: bytes.count)
        header.byteCount = Int32(truncatingIfNeeded: start &+ bytes.count)
        return MessagePart(raw: UInt32(truncatingIfNeeded: start) | MessagePart.arenaBit, count: UInt32(bytes.count))
    }

    /// A copy of the index with room for more fields and bytes; it shares the bytes that were received.
    @usableFromInline
    func derived(moreSlots: Int, moreBytes: Int) -> MessageStorage {
        let isFirst = header.base == nil
        let count = Int(header.slotCount)
        let arena = isFirst ? 0 : Int(header.byteCount)
        let copy = MessageStorage.make(slots: count &+ moreSlots, bytes: arena &+ moreBytes)
        let (slotCapacity, byteCapacity) = (copy.header.slotCapacity, copy.header.byteCapacity)
        copy.header = header
        copy.header.slotCapacity = slotCapacity
        copy.header.byteCapacity = byteCapacity
        copy.header.byteCount = Int32(arena)
        copy.slots.update(from: slots, count: count)
        if isFirst {
            copy.header.base = self
            copy.header.received = ownBytes
            copy.treatArenaAsReceived()
        } else {
            copy.ownBytes.update(from: ownBytes, count: arena)
        }
        return copy
    }

    /// The edits of the first message are bytes as received for those that share them.
    private func treatArenaAsReceived() {
        for index in 0..<Int(header.slotCount) { slots[index].offset &= ~MessagePart.arenaBit }
        header.method.offset &= ~MessagePart.arenaBit
        header.requestURI.offset &= ~MessagePart.arenaBit
        header.reason.offset &= ~MessagePart.arenaBit
        header.body.offset &= ~MessagePart.arenaBit
    }
}
