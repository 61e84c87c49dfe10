/// Reads the fixed part of a Via, `SIP/2.0/UDP host:port`, from left to right; white space may stand between all parts.
struct ViaReader {
    private let text: ByteView
    private var position = 0

    @inline(__always)
    init(_ text: ByteView) { self.text = text }

    /// `SIP/2.0/` as nearly everybody writes it, as one word.
    private static let usualProtocol: UInt64 = 0x2F30_2E32_2F50_4953

    /// The protocol's name and version with the slashes behind them.
    @inline(__always)
    mutating func protocolParts() -> (name: FieldRange, version: FieldRange)? {
        if text.count > 8, text.word(at: 0) == ViaReader.usualProtocol {
            position = 8
            return (FieldRange(start: 0, count: 3), FieldRange(start: 4, count: 3))
        }
        guard let name = token(), skip(UInt8(ascii: "/")), let version = token(), skip(UInt8(ascii: "/")) else {
            return nil
        }
        return (name, version)
    }

    /// A token, after white space.
    @inline(__always)
    mutating func token() -> FieldRange? {
        let start = text.skippingWhitespace(from: position)
        var index = start
        while index < text.count, ASCII.isToken(text[index]) { index &+= 1 }
        position = index
        return index > start ? FieldRange(start: UInt16(start), count: UInt16(index &- start)) : nil
    }

    /// Passes over white space and `byte`; where something else comes, nothing is passed over.
    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        let index = text.skippingWhitespace(from: position)
        guard index < text.count, text[index] == byte else { return false }
        position = index &+ 1
        return true
    }

    /// Passes over white space, of which there must be some.
    @inline(__always)
    mutating func skipWhitespace() -> Bool {
        let start = position
        position = text.skippingWhitespace(from: start)
        return position > start
    }

    /// A host: a name, an IPv4 address, or an IPv6 address in brackets.
    @inline(__always)
    mutating func host() -> FieldRange? {
        guard let end = URILayout.endOfHost(text, from: position) else { return nil }
        let range = FieldRange(start: UInt16(position), count: UInt16(end &- position))
        position = end
        return range
    }

    /// A port, after white space.
    @inline(__always)
    mutating func port() -> UInt16? {
        guard let (value, end) = URILayout.readPort(text, from: text.skippingWhitespace(from: position)) else {
            return nil
        }
        position = end
        return value
    }

    /// The parameters up to the end: absent when nothing is left, nil when something else than `;` comes.
    @inline(__always)
    mutating func parameters() -> FieldRange? {
        let index = text.skippingWhitespace(from: position)
        guard index < text.count else { return .absent }
        guard text[index] == UInt8(ascii: ";") else { return nil }
        return FieldRange(index &+ 1..<text.count)
    }
}
