public import SIPSyntax

/// A hash of 16 or 32 bytes, as plain data: an HA1, or a response.
@frozen
public struct DigestValue: Sendable {
    /// The first eight bytes, big-endian.
    @usableFromInline var a: UInt64
    @usableFromInline var b: UInt64
    @usableFromInline var c: UInt64
    @usableFromInline var d: UInt64
    /// The number of bytes: 16 or 32.
    public let byteCount: UInt8

    /// A hash's bytes; there must be 16 or 32.
    init(bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == 16 || bytes.count == 32, "a digest has 16 or 32 bytes")
        func word(_ offset: Int) -> UInt64 {
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        a = word(0)
        b = word(8)
        c = bytes.count == 32 ? word(16) : 0
        d = bytes.count == 32 ? word(24) : 0
        byteCount = UInt8(bytes.count)
    }

    /// 16 zero bytes.
    init() {
        a = 0
        b = 0
        c = 0
        d = 0
        byteCount = 16
    }

    /// A hash from 32 or 64 hexadecimal digits of either case.
    public init?(hex: ByteView) {
        guard hex.count == 32 || hex.count == 64 else { return nil }
        a = 0
        b = 0
        c = 0
        d = 0
        byteCount = UInt8(hex.count / 2)
        guard DigestValue.read(hex, 0, &a), DigestValue.read(hex, 16, &b) else { return nil }
        guard hex.count == 64 else { return }
        guard DigestValue.read(hex, 32, &c), DigestValue.read(hex, 48, &d) else { return nil }
    }

    private static func read(_ hex: ByteView, _ start: Int, _ word: inout UInt64) -> Bool {
        for index in start..<start + 16 {
            guard let digit = ASCII.hexValue(hex[index]) else { return false }
            word = word << 4 | UInt64(digit)
        }
        return true
    }

    /// Runs `body` with the hash in lower-case hexadecimal digits, which live on the stack.
    @inlinable
    public func withHex<R>(_ body: (ByteView) -> R) -> R {
        var text = (
            DigestValue.hex(a >> 32), DigestValue.hex(a), DigestValue.hex(b >> 32), DigestValue.hex(b),
            DigestValue.hex(c >> 32), DigestValue.hex(c), DigestValue.hex(d >> 32), DigestValue.hex(d)
        )
        return withUnsafeBytes(of: &text) { body(ByteView($0).prefix(Int(byteCount) &* 2)) }
    }

    /// Eight hexadecimal digits for the lower 32 bits, in memory order.
    @inlinable
    static func hex(_ value: UInt64) -> UInt64 {
        var nibbles = value & 0xFFFF_FFFF
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
        // A nibble above 9 carries into bit 4 when 6 is added: 39 more lead from "9" to "a".
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 39).bigEndian
    }

    /// The hash in lower-case hexadecimal digits.
    public var hex: [UInt8] { withHex { $0.array } }
}

extension DigestValue: Hashable {
    /// Equality in a time that does not depend on where two hashes differ.
    @inlinable
    public static func == (x: DigestValue, y: DigestValue) -> Bool {
        let difference = (x.a ^ y.a) | (x.b ^ y.b) | (x.c ^ y.c) | (x.d ^ y.d)
        return difference | UInt64(x.byteCount ^ y.byteCount) == 0
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(a)
        hasher.combine(b)
    }
}
