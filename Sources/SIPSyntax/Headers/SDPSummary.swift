/// What a policy asks of a session description: origin, connection and media (RFC 8866 §5).
///
/// A tolerant reader for looking at a body, which is never written from it: lines may end in CRLF, LF or CR, unknown
/// lines are passed over, and a malformed line leaves its part empty.
public struct SDPSummary: Hashable, Sendable {
    /// Who made the session; nil without a readable `o=`.
    public var origin: Origin?
    /// The session's name; nil without `s=`.
    public var sessionName: String?
    /// The session's connection; nil without a readable `c=` in front of the first media.
    public var connection: Connection?
    /// The session's attributes, in order.
    public var attributes: [Attribute] = []
    /// The media, in order.
    public var media: [Media] = []

    /// Who made the session (§5.2).
    public struct Origin: Hashable, Sendable {
        /// The user on the originating host, or `-`.
        public var username: String
        /// With the other fields, what makes the session unique.
        public var sessionID: String
        /// Higher with every change of the description.
        public var sessionVersion: String
        /// Where the session was made.
        public var connection: Connection
    }

    /// Where media are received (§5.7).
    public struct Connection: Hashable, Sendable {
        /// `IN`
        public var networkType: String
        /// `IP4` or `IP6`
        public var addressType: String
        /// The address, with a multicast TTL and count if the text has them.
        public var address: String
    }

    /// `a=name` or `a=name:value` (§5.13).
    public struct Attribute: Hashable, Sendable {
        /// What stands in front of the colon.
        public var name: String
        /// Nil for a property attribute.
        public var value: String?
    }

    /// Who sends media (§6.7).
    public enum Direction: String, Hashable, Sendable {
        case sendrecv, sendonly, recvonly, inactive
    }

    /// One `m=` line and what belongs to it (§5.14).
    public struct Media: Hashable, Sendable {
        /// `audio`, `video`, …
        public var type: String
        /// The port; 0 for a refused stream and for a malformed number.
        public var port: UInt16
        /// `RTP/AVP`, …
        public var proto: String
        /// The formats, most wanted first.
        public var formats: [String]
        /// The media's own connection, or the session's.
        public var connection: Connection?
        /// The media's own direction, or the session's, or `sendrecv`.
        public var direction: Direction
        /// The media's own attributes, in order.
        public var attributes: [Attribute]
    }
}

extension SDPSummary {
    /// Reads a body; nil when it does not begin with `v=`.
    public init?(_ text: ByteView) {
        guard text.hasPrefix("v=") else { return nil }
        var position = 0
        while position < text.count {
            var end = position
            while end < text.count, text[end] != 0x0D, text[end] != 0x0A { end += 1 }
            let line = text[position..<end]
            if line.count >= 2, line[1] == UInt8(ascii: "=") { read(line[0], line.suffix(from: 2)) }
            position = end + 1
        }
    }

    private mutating func read(_ type: UInt8, _ value: ByteView) {
        switch type {
        case UInt8(ascii: "o") where media.isEmpty: origin = Origin(value.words)
        case UInt8(ascii: "s") where media.isEmpty: sessionName = value.string
        case UInt8(ascii: "c"): readConnection(value)
        case UInt8(ascii: "a"): readAttribute(value)
        case UInt8(ascii: "m"): media.append(Media(value.words, connection, sessionDirection))
        default: break
        }
    }

    private mutating func readConnection(_ value: ByteView) {
        guard let read = Connection(value.words[...]) else { return }
        if media.isEmpty { connection = read } else { media[media.count - 1].connection = read }
    }

    private mutating func readAttribute(_ value: ByteView) {
        let colon = value.firstIndex(of: UInt8(ascii: ":"))
        let attribute = Attribute(
            name: value.prefix(colon ?? value.count).string, value: colon.map { value.suffix(from: $0 + 1).string })
        guard !media.isEmpty else { return attributes.append(attribute) }
        media[media.count - 1].attributes.append(attribute)
        if let direction = attribute.direction { media[media.count - 1].direction = direction }
    }

    private var sessionDirection: Direction { attributes.lazy.compactMap(\.direction).last ?? .sendrecv }
}

extension SDPSummary.Attribute {
    fileprivate var direction: SDPSummary.Direction? { value == nil ? SDPSummary.Direction(rawValue: name) : nil }
}

extension SDPSummary.Connection {
    fileprivate init?(_ words: ArraySlice<String>) {
        guard words.count >= 3 else { return nil }
        let words = Array(words)
        self.init(networkType: words[0], addressType: words[1], address: words[2])
    }
}

extension SDPSummary.Origin {
    fileprivate init?(_ words: [String]) {
        guard let connection = SDPSummary.Connection(words.dropFirst(3)) else { return nil }
        self.init(username: words[0], sessionID: words[1], sessionVersion: words[2], connection: connection)
    }
}

extension SDPSummary.Media {
    fileprivate init(_ words: [String], _ connection: SDPSummary.Connection?, _ direction: SDPSummary.Direction) {
        // A port may be followed by `/` and the number of ports.
        let port = words.dropFirst().first?.split(separator: "/").first.flatMap { UInt16($0) }
        self.init(
            type: words.first ?? "", port: port ?? 0, proto: words.count > 2 ? words[2] : "",
            formats: Array(words.dropFirst(3)), connection: connection, direction: direction, attributes: [])
    }
}

extension ByteView {
    /// The words between single or repeated spaces.
    fileprivate var words: [String] { string.split(separator: " ").map(String.init) }
}
