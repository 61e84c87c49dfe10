public import SIPSyntax

/// Immutable bytes cut to size, in one allocation: a message that may have to be sent again.
public final class ByteBlock: ManagedBuffer<Int, UInt8> {
    /// A copy of the bytes.
    public static func copying(_ bytes: ByteView) -> ByteBlock {
        let buffer = ByteBlock.create(minimumCapacity: max(bytes.count, 1)) { _ in bytes.count }
        buffer.withUnsafeMutablePointerToElements { target in
            if let source = bytes.rawBuffer.baseAddress {
                UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
            }
        }
        return unsafeDowncast(buffer, to: ByteBlock.self)
    }

    /// The bytes, as long as the block is held.
    public var view: ByteView {
        withUnsafeMutablePointers { ByteView(UnsafePointer($1), count: $0.pointee) }
    }
}
