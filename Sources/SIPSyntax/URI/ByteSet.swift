/// A set of ASCII bytes as two words, so that a test is a shift and a mask.
@frozen @usableFromInline
struct ByteSet {
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64

    @inlinable
    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// Whether the set has `byte`; bytes above 127 are never members.
    @inlinable @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        return (word &>> UInt64(byte & 63)) & UInt64(~byte &>> 7) != 0
    }
}

extension ByteSet {
    /// The visible bytes that a reader takes in a user, password, parameter or header of a URI without a second look:
    /// all but `"`, `%`, `<` and `>`. It is wider than the grammar of RFC 3261 §25.1 on purpose; who writes escapes
    /// by the sets below.
    @inlinable
    static var uriVisible: ByteSet { ByteSet(low: 0xAFFF_FFDA_0000_0000, high: 0x7FFF_FFFF_FFFF_FFFF) }

    /// `hostname` and IPv4 addresses: letters, digits, `-`, `.`, and `_`, which host names in use have.
    @inlinable
    static var host: ByteSet { ByteSet(low: 0x03FF_6000_0000_0000, high: 0x07FF_FFFE_87FF_FFFE) }

    /// `scheme` after its first letter: letters, digits, `+`, `-`, `.`.
    @inlinable
    static var scheme: ByteSet { ByteSet(low: 0x03FF_6800_0000_0000, high: 0x07FF_FFFE_07FF_FFFE) }

    /// `unreserved` and `user-unreserved`: letters, digits, `-_.!~*'()`, `&=+$,;?/`.
    @inlinable
    static var user: ByteSet { ByteSet(low: 0xABFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `password`: `unreserved` and `&=+$,`.
    @inlinable
    static var password: ByteSet { ByteSet(low: 0x23FF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// `paramchar`: `unreserved` and `[]/:&+$`.
    @inlinable
    static var parameter: ByteSet { ByteSet(low: 0x07FF_EFD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE) }

    /// A `header` of a URI: `unreserved` and `[]/?:+$`.
    @inlinable
    static var header: ByteSet { ByteSet(low: 0x87FF_EF92_0000_0000, high: 0x47FF_FFFE_AFFF_FFFE) }

    /// `reserved` of RFC 2396: `;/?:@&=+$,`. Escaped, these differ from themselves unescaped (RFC 3261 §19.1.4).
    @inlinable
    static var reserved: ByteSet { ByteSet(low: 0xAC00_9850_0000_0000, high: 0x0000_0000_0000_0001) }

    /// `visual-separator` of RFC 3966: `-.()`.
    @inlinable
    static var visualSeparator: ByteSet { ByteSet(low: 0x0000_6300_0000_0000, high: 0) }
}
