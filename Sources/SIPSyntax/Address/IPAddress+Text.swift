extension IPAddress: CustomStringConvertible {
    /// A numeric address as it stands in a URI or Via: `192.0.2.1`, `[2001:db8::1]`, or IPv6 without its brackets.
    public init?(_ text: ByteView) {
        if text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]") {
            self.init(v6Text: text[1..<text.count - 1])
        } else if text.contains(UInt8(ascii: ":")) {
            self.init(v6Text: text)
        } else {
            self.init(v4Text: text)
        }
    }

    public init?(_ text: String) {
        guard let address = text.withByteView({ IPAddress($0) }) else { return nil }
        self = address
    }

    private init?(v4Text text: ByteView) {
        guard let value = IPAddress.v4Value(text) else { return nil }
        self.init(v4: value)
    }

    static func v4Value(_ text: ByteView) -> UInt32? {
        guard text.count >= 7, text.count <= 15 else { return nil }
        var value: UInt32 = 0
        var start = 0
        for part in 0..<4 {
            let end = part == 3 ? text.count : text.firstIndex(of: UInt8(ascii: "."), from: start) ?? -1
            guard end > start, end - start <= 3, let byte = text[start..<end].decimal(limit: 255) else { return nil }
            value = value << 8 | UInt32(byte)
            start = end + 1
            guard part == 3 || start <= text.count else { return nil }
        }
        return value
    }

    private init?(v6Text text: ByteView) {
        guard text.count >= 2, text.count <= 45 else { return nil }
        var groups = V6Groups()
        guard groups.read(text) else { return nil }
        self.init(v6High: groups.high, low: groups.low)
    }

    /// The address without brackets, IPv6 in the form of RFC 5952.
    public var description: String { String(decoding: textBytes(bracketed: false), as: UTF8.self) }

    /// The address as a URI's or Via's host: IPv6 in brackets.
    public func textBytes(bracketed: Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(42)
        appendText(to: &out, bracketed: bracketed)
        return out
    }

    /// Appends the address's text to `out`.
    public func appendText(to out: inout [UInt8], bracketed: Bool) { writeText(to: &out, bracketed: bracketed) }

    /// Writes the address's text.
    public func appendText(to writer: ByteWriter, bracketed: Bool) {
        var out = writer
        writeText(to: &out, bracketed: bracketed)
    }

    private func writeText(to out: inout some ByteSink, bracketed: Bool) {
        guard isIPv6 else { return IPAddress.writeV4(low, to: &out) }
        if bracketed { out.append(UInt8(ascii: "[")) }
        V6Groups(high: high, low: low).write(to: &out)
        if bracketed { out.append(UInt8(ascii: "]")) }
    }

    static func writeV4(_ value: UInt64, to out: inout some ByteSink) {
        for part in 0..<4 {
            if part > 0 { out.append(UInt8(ascii: ".")) }
            out.append(decimal: value >> UInt64(24 - 8 * part) & 255)
        }
    }
}

extension Array where Element == UInt8 {
    /// Appends a number in decimal digits.
    public mutating func append(decimal value: UInt64) {
        if value >= 10 { append(decimal: value / 10) }
        append(0x30 + UInt8(value % 10))
    }

    /// Appends the bytes of a literal.
    public mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the bytes of a view.
    public mutating func append(_ view: ByteView) { append(contentsOf: view.rawBuffer) }
}

extension TransportAddress: CustomStringConvertible {
    /// `192.0.2.1:5060` or `[2001:db8::1]:5060`.
    public var description: String {
        var out = ip.textBytes(bracketed: true)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: UInt64(port))
        return String(decoding: out, as: UTF8.self)
    }
}
