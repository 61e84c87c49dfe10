public import SIPSyntax

/// The value of a parameter, without its quotes; valid for as long as the bytes that it was read from.
public struct AuthValue {
    /// The bytes as they stand, escapes included: what is hashed.
    public let raw: ByteView
    /// Whether a backslash occurs.
    public let hasEscapes: Bool

    /// No bytes.
    static var empty: AuthValue { AuthValue(raw: .empty, hasEscapes: false) }

    init(raw: ByteView, hasEscapes: Bool) {
        self.raw = raw
        self.hasEscapes = hasEscapes
    }

    /// Runs `body` with the value's meaning: each escaped byte without its backslash (§25.1, quoted-pair).
    @inlinable
    public func withUnescaped<R>(_ body: (ByteView) -> R) -> R {
        hasEscapes ? unescaped.withByteView { body($0) } : body(raw)
    }

    /// A copy of the value's meaning.
    public var unescaped: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            if raw[index] == UInt8(ascii: "\\"), index + 1 < raw.count { index += 1 }
            out.append(raw[index])
            index += 1
        }
        return out
    }
}

extension ByteWriter {
    /// Appends a quoted string that means `text`.
    func append(quoted text: ByteView) {
        append(UInt8(ascii: "\""))
        for index in 0..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { append(UInt8(ascii: "\\")) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a quoted string from bytes that are escaped already.
    func append(quotedRaw text: ByteView) {
        append(UInt8(ascii: "\""))
        append(text)
        append(UInt8(ascii: "\""))
    }
}
