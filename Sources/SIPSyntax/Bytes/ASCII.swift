/// Classes of ASCII bytes as RFC 3261 §25.1 names them.
public enum ASCII {
    @inlinable
    public static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inlinable
    public static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inlinable
    public static func isAlpha(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    @inlinable
    public static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || isAlpha(byte) }

    /// SP, HTAB, CR or LF: white space of a header field's value, folding included (LWS).
    @inlinable
    public static func isWhitespace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    /// A byte of `token`: alphanum and `-.!%*_+`'~`.
    @inlinable
    public static func isToken(_ byte: UInt8) -> Bool { isMember(byte, tokenLow, tokenHigh) }

    /// The value of a hexadecimal digit, or nil.
    @inlinable
    public static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- 0x30 }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter &+ 10 : nil
    }

    /// Whether a 128-bit set, given as two words, has `byte`.
    @inlinable
    static func isMember(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        if byte < 64 { return low >> UInt64(byte) & 1 == 1 }
        return byte < 128 && high >> UInt64(byte & 63) & 1 == 1
    }

    // `!%'*+-.` and digits; letters, `_`, `` ` `` and `~`.
    @usableFromInline static let tokenLow: UInt64 = 0x03FF_6CA2_0000_0000
    @usableFromInline static let tokenHigh: UInt64 = 0x47FF_FFFF_87FF_FFFE
}
