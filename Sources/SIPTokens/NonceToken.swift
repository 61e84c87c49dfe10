public import SIPSyntax
public import SIPTransaction

/// A nonce of Digest authentication (RFC 3261 §22.4, RFC 7616 §3.3): when it was made, a number, and an HMAC-SHA-256
/// of 128 bits over both.
///
/// Any process with the key can check it, so a challenge keeps no state. The text has 41 characters.
@frozen
public struct NonceToken: Hashable, Sendable {
    /// What a check of a nonce came to.
    public enum Check: Hashable, Sendable {
        /// We made it, and it is young enough.
        case valid(NonceToken)
        /// We made it, and it is too old: challenge again with `stale=true`.
        case stale
        /// We did not make it, or with a key that is forgotten.
        case forged
    }

    /// The length of the text.
    public static let textLength = 41
    /// A nonce from the future by more than this was made by a node whose clock is wrong.
    private static let clockSkew: UInt64 = 30
    /// Version and key, 40 bits of time and 64 of number.
    private static let bodyLength = 19

    /// Seconds since 1970, 40 bits of them.
    public var time: UInt64
    /// Random, or counted: different for each nonce of a second.
    public var number: UInt64

    public init(time: UInt64, number: UInt64) {
        self.time = time & 0xFF_FFFF_FFFF
        self.number = number
    }

    /// Writes the nonce's text.
    public func encode(to out: ByteWriter, ring: borrowing KeyRing) {
        out.reserve(NonceToken.textLength)
        var writer = TokenWriter(to: out, keyID: ring.current.id)
        writer.put(time, bits: 40)
        writer.put(number, bits: 64)
        writer.pad()
        let (high, low) = ring.current.hmac.code(for: writer.text)
        writer.put(high, bits: 64)
        writer.put(low, bits: 64)
        writer.pad()
    }

    /// Reads a nonce; nil unless one of the ring's keys made it.
    public init?(_ text: ByteView, ring: borrowing KeyRing) {
        guard text.count == NonceToken.textLength, let first = TokenText.value(text[0]),
            first >> 4 == TokenWriter.version, let key = ring.hmacKey(id: first & 15)
        else { return nil }
        var mac = TokenReader(text.suffix(from: NonceToken.bodyLength))
        guard let high = mac.take(64), let low = mac.take(64), mac.isAtEnd else { return nil }
        let code = key.code(for: text.prefix(NonceToken.bodyLength))
        // Both words in one comparison, so that its time tells nothing.
        guard (high ^ code.high) | (low ^ code.low) == 0 else { return nil }
        var reader = TokenReader(text[1..<NonceToken.bodyLength])
        guard let time = reader.take(40), let number = reader.take(64), reader.isAtEnd else { return nil }
        self.init(time: time, number: number)
    }

    /// Checks a nonce at `now` (seconds since 1970) against the lifetime of nonces.
    public static func check(
        _ text: ByteView, now: UInt64, lifetime: SIPDuration, ring: borrowing KeyRing
    ) -> Check {
        guard let nonce = NonceToken(text, ring: ring) else { return .forged }
        let age = Int64(now) - Int64(nonce.time)
        guard age >= -Int64(clockSkew), age <= lifetime.nanoseconds / 1_000_000_000 else { return .stale }
        return .valid(nonce)
    }
}
