extension ByteView {
    /// The position after the quoted string that begins at `start` with `"`; nil when it does not end (RFC 3261 §25.1).
    @usableFromInline
    func endOfQuotedString(from start: Int) -> Int? {
        var index = start &+ 1
        while index < count {
            let byte = self[index]
            if byte == UInt8(ascii: "\"") { return index &+ 1 }
            index &+= byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// `range` without white space (folding included) at both ends.
    @inlinable
    func trimmedRange(_ range: Range<Int>) -> FieldRange {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ASCII.isWhitespace(self[lower]) { lower &+= 1 }
        while lower < upper, ASCII.isWhitespace(self[upper &- 1]) { upper &-= 1 }
        return FieldRange(start: UInt16(truncatingIfNeeded: lower), count: UInt16(truncatingIfNeeded: upper &- lower))
    }

    /// The first position at or after `start` that holds no white space, or the end.
    @inlinable
    func skippingWhitespace(from start: Int) -> Int {
        var index = start
        while index < count, ASCII.isWhitespace(self[index]) { index &+= 1 }
        return index
    }

    /// Whether the text is a quoted string with both its quotes.
    @inlinable
    public var isQuoted: Bool {
        count >= 2 && self[0] == UInt8(ascii: "\"") && self[count &- 1] == UInt8(ascii: "\"")
    }

    /// The text between the quotes of a quoted string, backslashes kept; other text as it is.
    @inlinable
    public var withoutQuotes: ByteView { isQuoted ? self[1..<count &- 1] : self }
}

/// The text of a quoted string, without its quotes and with `\x` read as `x` (RFC 3261 §25.1, quoted-pair); a text
/// without quotes stays as it is.
public func unquoted(_ text: ByteView) -> [UInt8] {
    text.isQuoted ? unescapedQuotedPairs(text.withoutQuotes) : text.array
}

/// Text from within a quoted string, with `\x` read as `x`.
public func unescapedQuotedPairs(_ text: ByteView) -> [UInt8] {
    guard text.contains(UInt8(ascii: "\\")) else { return text.array }
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
        if text[index] == UInt8(ascii: "\\"), index + 1 < text.count { index += 1 }
        out.append(text[index])
        index += 1
    }
    return out
}

/// Appends `text` as a quoted string: `"` and `\` get a backslash, and a line break, which a quoted-pair cannot hold,
/// becomes a space.
func appendQuoted(_ text: some Sequence<UInt8>, to out: inout some ByteSink) {
    out.append(UInt8(ascii: "\""))
    for byte in text {
        switch byte {
        case 0x0A, 0x0D: out.append(0x20 as UInt8)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x00...0x08, 0x0B...0x1F, 0x7F:
            out.append(UInt8(ascii: "\\"))
            out.append(byte)
        default: out.append(byte)
        }
    }
    out.append(UInt8(ascii: "\""))
}
