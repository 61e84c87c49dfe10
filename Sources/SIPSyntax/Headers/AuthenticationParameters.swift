/// The scheme and parameters of one challenge or set of credentials, `Digest realm="a", nonce="b"`
/// (RFC 3261 §20.7, §20.27, §20.28, §20.44), and of the bare parameters of Authentication-Info (§20.6).
///
/// White space, folding included, may stand around every part; empty parameters are passed over. The commas here
/// separate parameters: these fields hold one value each and are never joined (§7.3.1).
@frozen
public struct AuthenticationParameters {
    /// The whole text, which the ranges are relative to.
    public let text: ByteView
    /// The scheme; absent for Authentication-Info.
    public let scheme: FieldRange
    @usableFromInline var position: Int

    /// One parameter.
    @frozen
    public struct Parameter: Hashable, Sendable {
        /// The name.
        public var name: FieldRange
        /// The value, quotes kept; empty when it is missing.
        public var value: FieldRange
    }

    /// A challenge or credentials; nil without a scheme, or when longer than 65,535 bytes.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max) else { return nil }
        let start = text.skippingWhitespace(from: 0)
        var end = start
        while end < text.count, ASCII.isToken(text[end]) { end &+= 1 }
        guard end > start, end == text.count || ASCII.isWhitespace(text[end]) else { return nil }
        self.text = text
        scheme = FieldRange(start..<end)
        position = end
    }

    /// Parameters without a scheme, as in Authentication-Info; none when longer than 65,535 bytes.
    public init(withoutScheme text: ByteView) {
        self.text = text.count <= Int(UInt16.max) ? text : .empty
        scheme = .absent
        position = 0
    }

    /// The scheme, `Digest`.
    @inlinable
    public var schemeName: ByteView { scheme.isPresent ? text[scheme] : .empty }

    /// The next parameter, or nil at the end.
    public mutating func next() -> Parameter? {
        while position < text.count {
            let start = position
            var equals = -1
            var index = start
            while index < text.count, text[index] != UInt8(ascii: ",") {
                if text[index] == UInt8(ascii: "\"") {
                    index = text.endOfQuotedString(from: index) ?? text.count
                    continue
                }
                if text[index] == UInt8(ascii: "="), equals < 0 { equals = index }
                index &+= 1
            }
            position = index &+ 1
            let name = text.trimmedRange(start..<(equals < 0 ? index : equals))
            if name.isEmpty { continue }
            return Parameter(name: name, value: text.trimmedRange(equals < 0 ? index..<index : equals &+ 1..<index))
        }
        return nil
    }

    /// The value of the first parameter of that name from here on, without its quotes but with its backslashes.
    public func value(_ wanted: StaticString) -> ByteView? {
        var rest = self
        while let parameter = rest.next() {
            if text[parameter.name].equalsIgnoringCase(wanted) { return text[parameter.value].withoutQuotes }
        }
        return nil
    }
}
