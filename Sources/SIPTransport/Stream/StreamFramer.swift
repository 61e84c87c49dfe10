public import SIPSyntax

/// What a stream brings next.
public enum StreamItem: Hashable, Sendable {
    /// The first so many bytes are one message, to be parsed.
    case message(Int)
    /// The first so many bytes are a double CRLF: a keep-alive that is answered with CRLF (RFC 5626 §4.4.1).
    case ping(Int)
    /// The first so many bytes mean nothing: a CRLF before a message (RFC 3261 §7.5), or the answer to a keep-alive.
    case padding(Int)
}

/// Why a stream cannot be divided into messages any more; it is closed.
public enum StreamFramingError: Error, Hashable, Sendable {
    /// A message does not begin like one.
    case notSIP
    /// The header fields are longer than the limit.
    case headerTooLong
    /// The body is longer than the limit.
    case bodyTooLong
    /// There is no Content-Length, which streams need (RFC 3261 §18.3, §20.14).
    case noContentLength
    /// Content-Length is no number, or there are several that differ.
    case contentLength
}

/// Divides a stream into messages by Content-Length (RFC 3261 §18.3), and finds the keep-alives between them.
///
/// A value without bytes of its own: the caller keeps what has arrived and is not consumed, and shows all of it each
/// time; the framer remembers how far it has looked, so that a message that arrives byte by byte is looked at once. It
/// sees lines, folds and the end of the header fields as the parser does.
public struct StreamFramer: Sendable {
    private let limits: MessageLimits
    /// The end of the last whole line that was looked at.
    private var lineStart = 0
    /// Where the next line feed is searched from.
    private var scanned = 0
    /// Where the header field begins that `lineStart` may continue; -1 in the start line.
    private var fieldStart = -1
    private var contentLength = -1
    /// The length of the whole message once its header fields have ended.
    private var messageLength = 0
    /// Whether one CRLF has passed that a second one makes a keep-alive of.
    private var sawCRLF = false

    public init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

    /// What is left of a body that is too long: its head was passed on to be answered 513, and it is thrown away.
    private var discarding = 0
    /// A body above this is not even thrown away: the stream is closed.
    private static let longestDiscarded = 16 << 20

    /// Whether a message has begun and not ended.
    public private(set) var isInMessage = false

    /// Looks at the bytes that are not consumed yet; nil when more are needed. What an item covers must be consumed
    /// before the next call.
    public mutating func next(_ bytes: ByteView) throws(StreamFramingError) -> StreamItem? {
        if discarding > 0 { return discard(bytes) }
        if !isInMessage {
            guard bytes.count > 0 else { return nil }
            if bytes[0] == 0x0D || bytes[0] == 0x0A { return try lineEnd(bytes) }
            guard ASCII.isToken(bytes[0]) else { throw .notSIP }
            sawCRLF = false
            isInMessage = true
        }
        if messageLength == 0 { try readHeader(bytes) }
        guard messageLength > 0, bytes.count >= messageLength else { return nil }
        let length = messageLength
        let left = contentLength > limits.bodyBytes ? contentLength : 0
        self = StreamFramer(limits: limits)
        discarding = left
        isInMessage = left > 0
        return .message(length)
    }

    /// Passes over a body that is too long.
    private mutating func discard(_ bytes: ByteView) -> StreamItem? {
        guard bytes.count > 0 else { return nil }
        let count = min(discarding, bytes.count)
        discarding -= count
        isInMessage = discarding > 0
        return .padding(count)
    }

    /// A CRLF, or a lone LF, between messages.
    private mutating func lineEnd(_ bytes: ByteView) throws(StreamFramingError) -> StreamItem? {
        if bytes[0] == 0x0A { return .padding(1) }
        guard bytes.count > 1 else { return nil }
        guard bytes[1] == 0x0A else { throw .notSIP }
        if sawCRLF || (bytes.count > 3 && bytes[2] == 0x0D && bytes[3] == 0x0A) {
            defer { sawCRLF = false }
            return .ping(sawCRLF ? 2 : 4)
        }
        sawCRLF = true
        return .padding(2)
    }

    // MARK: Header fields

    /// Looks at the lines that are whole, up to the empty one.
    private mutating func readHeader(_ bytes: ByteView) throws(StreamFramingError) {
        while let lineFeed = bytes.firstIndex(of: 0x0A, from: scanned) {
            let start = lineStart
            scanned = lineFeed + 1
            lineStart = lineFeed + 1
            guard lineStart <= limits.headerBytes else { throw .headerTooLong }
            let first = bytes[start]
            if fieldStart >= 0, first == 0x20 || first == 0x09 { continue }
            try endField(bytes, at: start)
            if lineFeed == start || (lineFeed == start + 1 && first == 0x0D) { return try endHeader(at: lineStart) }
            fieldStart = start
            if start == 0 { try checkStartLine(bytes[0..<lineStart]) }
        }
        scanned = bytes.count
        guard bytes.count <= limits.headerBytes else { throw .headerTooLong }
    }

    /// A request line ends with the version, a status line begins with it (§7.1, §7.2).
    private func checkStartLine(_ line: ByteView) throws(StreamFramingError) {
        let text = line.trimmed
        guard text.count >= 11 else { throw .notSIP }
        if text.prefix(4).equalsIgnoringCase("SIP/") { return }
        guard let space = text.lastIndex(of: 0x20), text.suffix(from: space + 1).count >= 5,
            text.suffix(from: space + 1).prefix(4).equalsIgnoringCase("SIP/")
        else { throw .notSIP }
    }

    /// The field that began at `fieldStart` ends at `end`: its folded lines are all there.
    private mutating func endField(_ bytes: ByteView, at end: Int) throws(StreamFramingError) {
        guard fieldStart > 0 else { return }
        let first = bytes[fieldStart] | 0x20
        // Content-Length, or its compact form l.
        guard first == UInt8(ascii: "c") || first == UInt8(ascii: "l") else { return }
        let field = bytes[fieldStart..<end]
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")),
            HeaderName(field.prefix(colon).trimmed) == .contentLength
        else { return }
        guard let value = field.suffix(from: colon + 1).trimmed.decimal(limit: 0x7FFF_FFFF),
            contentLength == -1 || contentLength == Int(value)
        else { throw .contentLength }
        contentLength = Int(value)
    }

    private mutating func endHeader(at end: Int) throws(StreamFramingError) {
        guard contentLength >= 0 else { throw .noContentLength }
        guard contentLength <= StreamFramer.longestDiscarded else { throw .bodyTooLong }
        // Of a message that is too long only the head is passed on, which is enough to answer it.
        messageLength = contentLength > limits.bodyBytes ? end : end + contentLength
    }
}
