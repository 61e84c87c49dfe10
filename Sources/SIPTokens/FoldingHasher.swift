public import SIPSyntax

/// A keyed hash that is several times as fast as SipHash, for the hash by which a loop is known (RFC 5393 §4.2.1).
///
/// Each step multiplies two words to 128 bits and folds the halves together. It is no message authentication code: the
/// branch's MAC vouches for the loop hash that stands in it, and a collision means no more than a wrong 482.
@frozen
public struct FoldingHasher: Sendable {
    @usableFromInline var state: UInt64
    @usableFromInline let secret: UInt64

    @inlinable
    public init(_ key: SipKey) {
        state = key.low
        secret = key.high | 1
    }

    @inlinable
    public mutating func absorb(word: UInt64) {
        let product = (state ^ word).multipliedFullWidth(by: secret &+ word)
        state = product.high ^ product.low ^ word
    }

    /// Absorbs the view's length and its bytes.
    @inlinable
    public mutating func absorb(field view: ByteView) {
        absorb(word: UInt64(truncatingIfNeeded: view.count) ^ 0x9E37_79B9_7F4A_7C15)
        var index = 0
        while index &+ 8 <= view.count {
            absorb(word: view.word(at: index))
            index &+= 8
        }
        guard index < view.count else { return }
        var tail: UInt64 = 0
        while index < view.count {
            tail = tail << 8 | UInt64(view[index])
            index &+= 1
        }
        absorb(word: tail)
    }

    @inlinable
    public consuming func finish() -> UInt64 {
        absorb(word: 0xA076_1D64_78BD_642F)
        return state
    }
}
