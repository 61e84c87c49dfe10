public import SIPSyntax

/// The 128-bit key of a SipHash.
@frozen
public struct SipKey: Hashable, Sendable {
    /// The first eight bytes, little-endian.
    public var low: UInt64
    /// The last eight bytes, little-endian.
    public var high: UInt64

    @inlinable
    public init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }
}

/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash that is a message authentication code for short inputs.
///
/// It streams over views without allocating, and is a value: a copy of a hasher goes on from where it was taken. The
/// result does not depend on how the input is cut into calls.
@frozen
public struct SipHasher: Sendable {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64
    /// The bytes of the word that is not full yet.
    @usableFromInline var tail: UInt64 = 0
    @usableFromInline var length: UInt64 = 0

    /// A hasher for 64-bit output.
    @inlinable
    public init(_ key: SipKey) {
        v0 = key.low ^ 0x736f_6d65_7073_6575
        v1 = key.high ^ 0x646f_7261_6e64_6f6d
        v2 = key.low ^ 0x6c79_6765_6e65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
    }

    /// A hasher for 128-bit output, which is a different function and not a longer form of the 64-bit one.
    @inlinable
    public init(wide key: SipKey) {
        self.init(key)
        v1 ^= 0xee
    }

    /// Absorbs one byte.
    @inlinable
    public mutating func absorb(_ byte: UInt8) {
        tail |= UInt64(byte) << (length & 7 &* 8)
        length &+= 1
        if length & 7 == 0 {
            compress(tail)
            tail = 0
        }
    }

    /// Absorbs eight bytes, the lowest first.
    @inlinable
    public mutating func absorb(word: UInt64) {
        let held = length & 7 &* 8
        compress(tail | word << held)
        tail = held == 0 ? 0 : word >> (64 &- held)
        length &+= 8
    }

    /// Absorbs the view's bytes.
    @inlinable
    public mutating func absorb(_ view: ByteView) {
        var index = 0
        while index &+ 8 <= view.count {
            absorb(word: view.word(at: index))
            index &+= 8
        }
        while index < view.count {
            absorb(view[index])
            index &+= 1
        }
    }

    /// Absorbs the view's length and then the view, so that two neighbouring fields can't exchange bytes.
    @inlinable
    public mutating func absorb(field view: ByteView) {
        absorb(word: UInt64(view.count))
        absorb(view)
    }

    /// The hash of what was absorbed by a hasher made for 64 bits.
    @inlinable
    public consuming func finish64() -> UInt64 {
        compress(tail | length << 56)
        v2 ^= 0xff
        finalRounds()
        return v0 ^ v1 ^ v2 ^ v3
    }

    /// The hash of what was absorbed by a hasher made with `init(wide:)`.
    @inlinable
    public consuming func finish128() -> (low: UInt64, high: UInt64) {
        compress(tail | length << 56)
        v2 ^= 0xee
        finalRounds()
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        finalRounds()
        return (low, v0 ^ v1 ^ v2 ^ v3)
    }

    @inlinable
    @inline(__always)
    mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inlinable
    @inline(__always)
    mutating func finalRounds() {
        round()
        round()
        round()
        round()
    }

    @inlinable
    @inline(__always)
    mutating func round() {
        v0 &+= v1
        v2 &+= v3
        v1 = SipHasher.rotate(v1, 13) ^ v0
        v3 = SipHasher.rotate(v3, 16) ^ v2
        v0 = SipHasher.rotate(v0, 32)
        v2 &+= v1
        v0 &+= v3
        v1 = SipHasher.rotate(v1, 17) ^ v2
        v3 = SipHasher.rotate(v3, 21) ^ v0
        v2 = SipHasher.rotate(v2, 32)
    }

    @inlinable
    @inline(__always)
    static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
        value &<< count | value &>> (64 &- count)
    }
}
