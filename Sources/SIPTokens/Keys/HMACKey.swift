import Crypto
import SIPSyntax

/// The 256-bit key of an HMAC-SHA-256, as plain data.
///
/// The construction of RFC 2104 is spelt out here over the library's SHA-256, because the library's own HMAC takes
/// several allocations a use.
struct HMACKey: Hashable, Sendable {
    var words: InlineWords

    /// Four words, the lowest byte of each first.
    struct InlineWords: Hashable, Sendable {
        var a: UInt64
        var b: UInt64
        var c: UInt64
        var d: UInt64
    }

    init(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) {
        words = InlineWords(a: a.littleEndian, b: b.littleEndian, c: c.littleEndian, d: d.littleEndian)
    }

    /// The code for `message`, cut to its first 128 bits.
    func code(for message: ByteView) -> (high: UInt64, low: UInt64) {
        var inner = SHA256()
        absorbPadded(0x36, into: &inner)
        inner.update(bufferPointer: message.rawBuffer)
        var outer = SHA256()
        absorbPadded(0x5c, into: &outer)
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize().withUnsafeBytes { digest in
            (
                UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// Absorbs the key, filled up to a block of 64 bytes, each byte combined with `byte`.
    private func absorbPadded(_ byte: UInt8, into hash: inout SHA256) {
        let pad = UInt64(byte) &* 0x0101_0101_0101_0101
        var block = (words.a ^ pad, words.b ^ pad, words.c ^ pad, words.d ^ pad, pad, pad, pad, pad)
        withUnsafeBytes(of: &block) { hash.update(bufferPointer: $0) }
    }
}
