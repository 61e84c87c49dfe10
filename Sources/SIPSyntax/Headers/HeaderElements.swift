/// Divides a header field's value at its commas (RFC 3261 §7.3.1): those in quoted strings and in angle brackets count
/// for nothing, empty elements are passed over, and an unterminated quote or bracket takes in the rest.
///
/// Not for Date, the authentication fields, and others whose commas separate something else.
@frozen
public struct HeaderElements {
    /// The whole value, which the ranges are relative to.
    public let text: ByteView
    @usableFromInline var position = 0

    /// The elements of `text`; none when it is longer than 65,535 bytes.
    @inlinable
    public init(_ text: ByteView) {
        self.text = text.count <= Int(UInt16.max) ? text : .empty
    }

    /// The next element without white space around it, or nil at the end.
    public mutating func next() -> FieldRange? {
        while position < text.count {
            let start = position
            let end = endOfElement(from: start)
            position = end &+ 1
            let range = text.trimmedRange(start..<end)
            if !range.isEmpty { return range }
        }
        return nil
    }

    /// Whether only white space and commas are left.
    public var isAtEnd: Bool {
        var rest = self
        return rest.next() == nil
    }

    private func endOfElement(from start: Int) -> Int {
        // Most values have one element, and most of those no comma at all.
        guard text.firstIndex(of: UInt8(ascii: ","), from: start) != nil else { return text.count }
        var index = start
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: ","): return index
            case UInt8(ascii: "\""): index = text.endOfQuotedString(from: index) ?? text.count
            case UInt8(ascii: "<"):
                index = text.firstIndex(of: UInt8(ascii: ">"), from: index).map { $0 &+ 1 } ?? text.count
            default: index &+= 1
            }
        }
        return index
    }
}

/// Another name of `HeaderElements`.
public typealias ValueIterator = HeaderElements
