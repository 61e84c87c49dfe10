import SIPSyntax

/// Reads `name=value` pairs of an Authorization or WWW-Authenticate value, tolerant of white space and empty elements.
struct AuthParameters {
    /// One parameter; the value is without its quotes, escapes as they stand.
    struct Parameter {
        var name: ByteView
        var value: AuthValue
    }

    private let text: ByteView
    private var position: Int
    /// Set when the text is no list of parameters.
    private(set) var isMalformed = false

    /// The parameters that follow the scheme `Digest`; nil for another scheme.
    init?(digest text: ByteView) {
        let text = text.trimmed
        guard text.count > 7, text.prefix(6).equalsIgnoringCase("Digest"), ASCII.isWhitespace(text[6]) else {
            return nil
        }
        self.text = text
        position = 7
    }

    /// The next parameter; nil at the end, or when the text is malformed.
    mutating func next() -> Parameter? {
        while position < text.count, isSeparator(text[position]) { position += 1 }
        guard position < text.count else { return nil }
        let start = position
        while position < text.count, ASCII.isToken(text[position]) { position += 1 }
        let name = text[start..<position]
        skipSpace()
        guard !name.isEmpty, position < text.count, text[position] == UInt8(ascii: "=") else { return fail() }
        position += 1
        skipSpace()
        guard let value = readValue() else { return fail() }
        skipSpace()
        guard position == text.count || text[position] == UInt8(ascii: ",") else { return fail() }
        return Parameter(name: name, value: value)
    }

    private mutating func fail() -> Parameter? {
        isMalformed = true
        position = text.count
        return nil
    }

    private func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || ASCII.isWhitespace(byte) }

    private mutating func skipSpace() {
        while position < text.count, ASCII.isWhitespace(text[position]) { position += 1 }
    }

    private mutating func readValue() -> AuthValue? {
        guard position < text.count else { return nil }
        let start = position
        if text[start] == UInt8(ascii: "\"") { return readQuoted() }
        // Unquoted values are taken up to the comma: some senders leave the quotes off a URI or a nonce.
        while position < text.count, !isSeparator(text[position]), text[position] != UInt8(ascii: "\"") {
            position += 1
        }
        return position > start ? AuthValue(raw: text[start..<position], hasEscapes: false) : nil
    }

    private mutating func readQuoted() -> AuthValue? {
        position += 1
        let start = position
        var hasEscapes = false
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return AuthValue(raw: text[start..<position - 1], hasEscapes: hasEscapes)
            }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position += 1
            }
            position += 1
        }
        return nil
    }
}
