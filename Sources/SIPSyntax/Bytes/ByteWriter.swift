/// A growing run of bytes that messages are written into, kept and reused by whoever sends.
///
/// It is raw memory instead of an array because every outgoing byte passes here: an append is a capacity check and a
/// copy, without a uniqueness check. One thread uses it at a time.
public final class ByteWriter {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var length = 0

    /// The number of bytes written.
    @inlinable
    public var count: Int { length }

    public init(capacity: Int = 4096) {
        self.capacity = max(capacity, 64)
        base = .allocate(capacity: self.capacity)
    }

    deinit { base.deallocate() }

    /// Forgets the bytes and keeps the memory.
    @inlinable
    public func removeAll() { length = 0 }

    /// Forgets the bytes from `position` on.
    @inlinable
    public func truncate(to position: Int) {
        precondition(position >= 0 && position <= length, "truncation past the end")
        length = position
    }

    /// What is written so far; valid until the next append.
    @inlinable
    public var view: ByteView { ByteView(UnsafePointer(base), count: length) }

    @inlinable
    public func append(_ byte: UInt8) {
        if length == capacity { grow(1) }
        base[length] = byte
        length &+= 1
    }

    @inlinable
    public func append(_ view: ByteView) {
        if capacity &- length < view.count { grow(view.count) }
        (base + length).update(from: view.base, count: view.count)
        length &+= view.count
    }

    @inlinable
    public func append(_ literal: StaticString) { append(ByteView(literal)) }

    public func append(_ bytes: [UInt8]) { bytes.withByteView { append($0) } }

    public func append(text: String) {
        var text = text
        text.withUTF8 { append(ByteView(UnsafeRawBufferPointer($0))) }
    }

    /// Appends a number in decimal digits.
    @inlinable
    public func append(decimal value: UInt64) {
        if capacity &- length < 20 { grow(20) }
        var digits = 1
        var bound = value
        while bound >= 10 {
            bound /= 10
            digits &+= 1
        }
        var rest = value
        var position = length &+ digits
        length = position
        repeat {
            position &-= 1
            base[position] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    /// Makes room for `additional` more bytes at once.
    @inlinable
    public func reserve(_ additional: Int) {
        if capacity &- length < additional { grow(additional) }
    }

    @usableFromInline
    func grow(_ additional: Int) {
        let wanted = max(capacity &* 2, length &+ additional)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: base, count: length)
        base.deallocate()
        base = larger
        capacity = wanted
    }
}
