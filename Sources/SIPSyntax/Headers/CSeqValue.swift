/// The value of a CSeq header field: a sequence number and a method (RFC 3261 §20.16).
@frozen
public struct CSeqValue: Hashable, Sendable {
    /// The sequence number, 0 to 2³¹ − 1 (§8.1.1.5).
    public var number: UInt32
    /// Where the method stands.
    public var method: FieldRange

    /// Reads the value, white space around its parts allowed; nil when it is malformed or the number too large.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max) else { return nil }
        var index = text.skippingWhitespace(from: 0)
        let digits = index
        var value: UInt64 = 0
        while index < text.count, ASCII.isDigit(text[index]) {
            value = value &* 10 &+ UInt64(text[index] &- 0x30)
            guard value < 1 << 31 else { return nil }
            index &+= 1
        }
        let start = text.skippingWhitespace(from: index)
        guard index > digits, start > index else { return nil }
        index = start
        while index < text.count, ASCII.isToken(text[index]) { index &+= 1 }
        guard index > start, text.skippingWhitespace(from: index) == text.count else { return nil }
        number = UInt32(value)
        method = FieldRange(start..<index)
    }

    /// The method.
    @inlinable
    public func method(in text: ByteView) -> ByteView { text[method] }
}
