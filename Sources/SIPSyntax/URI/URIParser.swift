extension URILayout {
    /// Reads a URI; the whole of `text` must be one. Nil when it is malformed or longer than 65,535 bytes.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max), text.count >= 4 else { return nil }
        let head =
            UInt32(text[0]) | UInt32(text[1]) << 8 | UInt32(text[2]) << 16 | UInt32(text[3]) << 24
        // The scheme's letters in either case and the colon, compared as one word.
        switch head | 0x0020_2020 {
        case 0x3A70_6973:  // "sip:"
            self.init(scheme: .sip, schemeName: FieldRange(start: 0, count: 3))
            guard readSIP(text, from: 4) else { return nil }
        case 0x3A6C_6574:  // "tel:"
            self.init(scheme: .tel, schemeName: FieldRange(start: 0, count: 3))
            guard readTel(text) else { return nil }
        default:
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = FieldRange(0..<colon)
            if text[name].equalsIgnoringCase("sips") {
                self.init(scheme: .sips, schemeName: name)
                guard readSIP(text, from: 5) else { return nil }
            } else {
                self.init(scheme: .other, schemeName: name)
                guard readOther(text, from: colon + 1) else { return nil }
            }
        }
    }

    /// `[userinfo@]host[:port]*(;parameter)[?headers]` (RFC 3261 §25.1, SIP-URI).
    @inline(__always)
    private mutating func readSIP(_ text: ByteView, from start: Int) -> Bool {
        var position = start
        if let at = text.firstIndex(of: UInt8(ascii: "@"), from: start) {
            guard readUserinfo(text, start..<at) else { return false }
            position = at &+ 1
        }
        guard let hostEnd = URILayout.endOfHost(text, from: position) else { return false }
        host = FieldRange(start: UInt16(position), count: UInt16(hostEnd &- position))
        position = hostEnd
        if position < text.count, text[position] == UInt8(ascii: ":") {
            guard let (value, end) = URILayout.readPort(text, from: position &+ 1) else { return false }
            hasPort = true
            portNumber = value
            position = end
        }
        return position == text.count || readParametersAndHeaders(text, from: position)
    }

    /// `user[:password]`; the user is not empty.
    @inline(__always)
    private mutating func readUserinfo(_ text: ByteView, _ range: Range<Int>) -> Bool {
        let colon = URILayout.scan(text, range, stop: UInt8(ascii: ":"))
        guard colon > range.lowerBound else { return false }
        user = FieldRange(start: UInt16(range.lowerBound), count: UInt16(colon &- range.lowerBound))
        guard colon < range.upperBound else { return true }
        let end = URILayout.scan(text, colon &+ 1..<range.upperBound, stop: UInt8(ascii: "@"))
        password = FieldRange(start: UInt16(colon &+ 1), count: UInt16(range.upperBound &- colon &- 1))
        return end == range.upperBound
    }

    private mutating func readParametersAndHeaders(_ text: ByteView, from start: Int) -> Bool {
        var position = start
        if text[position] == UInt8(ascii: ";") {
            let end = URILayout.scan(text, position &+ 1..<text.count, stop: UInt8(ascii: "?"))
            guard end > position else { return false }
            parameters = FieldRange(start: UInt16(position &+ 1), count: UInt16(end &- position &- 1))
            guard end < text.count else { return true }
            position = end
        }
        guard text[position] == UInt8(ascii: "?") else { return false }
        headers = FieldRange(position + 1..<text.count)
        // A space never occurs in a URI, so that this stops at the end alone.
        return URILayout.scan(text, position + 1..<text.count, stop: UInt8(ascii: " ")) == text.count
    }

    /// `tel:` number and parameters (RFC 3966 §3): at least one digit among visual separators, `+` only in front.
    private mutating func readTel(_ text: ByteView) -> Bool {
        var position = 4
        var digits = 0
        if position < text.count, text[position] == UInt8(ascii: "+") { position += 1 }
        let isGlobal = position == 5
        while position < text.count, text[position] != UInt8(ascii: ";") {
            let byte = text[position]
            if ASCII.isDigit(byte) || !isGlobal && (ASCII.hexValue(byte) != nil || byte == 0x2A || byte == 0x23) {
                digits += 1
            } else if !ByteSet.visualSeparator.contains(byte) {
                return false
            }
            position += 1
        }
        user = FieldRange(4..<position)
        guard digits > 0 else { return false }
        guard position < text.count else { return true }
        parameters = FieldRange(position + 1..<text.count)
        return URILayout.scan(text, position + 1..<text.count, stop: UInt8(ascii: "?")) == text.count
    }

    /// Any other absolute URI: the scheme's letters and something visible after the colon.
    private mutating func readOther(_ text: ByteView, from start: Int) -> Bool {
        guard start > 1, start < text.count, ASCII.isAlpha(text[0]) else { return false }
        for index in 1..<start - 1 where !ByteSet.scheme.contains(text[index]) { return false }
        for index in start..<text.count {
            let byte = text[index]
            guard ByteSet.uriVisible.contains(byte) || byte >= 0x80 || byte == UInt8(ascii: "%") else { return false }
        }
        opaque = FieldRange(start..<text.count)
        return true
    }
}

extension URILayout {
    /// The position of `stop` in `range` or the range's end; -1 when a byte that no URI has, or a broken escape, comes
    /// before it.
    @inline(__always)
    private static func scan(_ text: ByteView, _ range: Range<Int>, stop: UInt8) -> Int {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            if byte == stop { return index }
            if !ByteSet.uriVisible.contains(byte) {
                if byte == UInt8(ascii: "%") {
                    guard index &+ 2 < range.upperBound, EscapedText.escapedByte(in: text, at: index) != nil else {
                        return -1
                    }
                    index &+= 2
                } else if byte < 0x80 {
                    return -1
                }
            }
            index &+= 1
        }
        return index
    }

    /// Where the host that begins at `start` ends; nil when there is none or its IPv6 address is malformed.
    @inline(__always)
    static func endOfHost(_ text: ByteView, from start: Int) -> Int? {
        var index = start
        if index < text.count, text[index] == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]"), from: index),
                IPAddress(text[index..<close &+ 1]) != nil
            else { return nil }
            return close &+ 1
        }
        while index < text.count, ByteSet.host.contains(text[index]) { index &+= 1 }
        return index > start ? index : nil
    }

    /// The port at `start`, 1 to 65535, and the position after its digits.
    @inline(__always)
    static func readPort(_ text: ByteView, from start: Int) -> (UInt16, Int)? {
        var index = start
        var value: UInt32 = 0
        while index < text.count, ASCII.isDigit(text[index]) {
            value = value &* 10 &+ UInt32(text[index] &- 0x30)
            guard value <= 65_535 else { return nil }
            index &+= 1
        }
        return value > 0 ? (UInt16(value), index) : nil
    }
}
