/// Why bytes are no SIP message that could be answered: they are dropped and counted.
public struct SIPParseError: Error, Hashable, Sendable {
    /// What is wrong; new codes may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }

        public static let empty = Code("no start line")
        public static let startLine = Code("the start line is neither a request's nor a response's")
        public static let tooLong = Code("longer than the limit")
        public static let tooManyFields = Code("more header fields than the limit")
        public static let unterminated = Code("the header fields have no end")
        public static let noVia = Code("no Via to answer to")
    }

    public let code: Code
    /// The byte at which it was seen.
    public let offset: Int

    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }
}

/// What is wrong with a message that can still be answered; the reason phrase of the 400 names it.
@frozen
public struct MessageFlaw: Hashable, Sendable {
    /// What kind of rule was broken.
    public enum Kind: UInt8, Sendable {
        case none, missing, malformed, repeated, bodyTooShort, methodMismatch, version, requestURI, bodyTooLong
    }

    public var kind: Kind
    /// The header field that has it; `.other` for a line that is none.
    public var name: HeaderName

    @inlinable
    public init(_ kind: Kind, _ name: HeaderName = .other) {
        self.kind = kind
        self.name = name
    }

    @inlinable public static var none: MessageFlaw { MessageFlaw(.none) }

    /// The reason phrase to answer with (§21.4.1: it should identify the problem).
    public var reasonPhrase: String {
        let field = name == .other ? "header field" : "\(name.canonicalText)"
        return switch kind {
        case .none: "OK"
        case .missing: "Missing \(field)"
        case .malformed: "Malformed \(field)"
        case .repeated: "Repeated \(field)"
        case .bodyTooShort: "Body Shorter Than Content-Length"
        case .methodMismatch: "CSeq Method Does Not Match"
        case .version: "Version Not Supported"
        case .requestURI: "Malformed Request-URI"
        case .bodyTooLong: "Message Too Large"
        }
    }

    /// The status to answer a request with that has it (§21.4.1, §21.5.6, §21.5.7).
    public var status: Int {
        switch kind {
        case .version: 505
        case .bodyTooLong: 513
        default: 400
        }
    }
}

/// How large a message may be before it is refused.
public struct MessageLimits: Hashable, Sendable {
    /// All header fields and the start line, in bytes; at most 65,535.
    public var headerBytes: Int
    /// How many header fields.
    public var fields: Int
    /// The body, in bytes.
    public var bodyBytes: Int

    public init(headerBytes: Int = 32_768, fields: Int = 256, bodyBytes: Int = 65_535) {
        self.headerBytes = min(headerBytes, 65_535)
        self.fields = min(fields, 1024)
        self.bodyBytes = bodyBytes
    }
}
