internal import LuaRuntime

/// Reads JSON; anything that RFC 8259 does not allow is refused, and what is nested more than 64 deep.
struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0
    private static let deepest = 64

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func document() -> LuaValue? {
        guard let value = value(depth: 0) else { return nil }
        skipSpace()
        return position == bytes.count ? value : nil
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        skipSpace()
        guard next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func word(_ text: StaticString, _ value: LuaValue) -> LuaValue? {
        for index in 0..<text.utf8CodeUnitCount {
            guard next == text.utf8Start[index] else { return nil }
            position += 1
        }
        return value
    }

    private mutating func value(depth: Int) -> LuaValue? {
        skipSpace()
        guard depth < JSONReader.deepest, let byte = next else { return nil }
        switch byte {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return list(depth: depth)
        case UInt8(ascii: "\""): return string().map(LuaValue.string)
        case UInt8(ascii: "t"): return word("true", .boolean(true))
        case UInt8(ascii: "f"): return word("false", .boolean(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> LuaValue? {
        position += 1
        var fields: [String: LuaValue] = [:]
        if take("}") { return .table(fields) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\""), let key = string(), take(":"), let item = value(depth: depth + 1) else {
                return nil
            }
            fields[key] = item
            if take("}") { return .table(fields) }
            guard take(",") else { return nil }
        }
    }

    private mutating func list(depth: Int) -> LuaValue? {
        position += 1
        var items: [LuaValue] = []
        if take("]") { return .list(items) }
        while true {
            guard let item = value(depth: depth + 1) else { return nil }
            items.append(item)
            if take("]") { return .list(items) }
            guard take(",") else { return nil }
        }
    }

    private mutating func number() -> LuaValue? {
        let start = position
        var isWhole = true
        if next == UInt8(ascii: "-") { position += 1 }
        guard let first = next, first >= 0x30, first <= 0x39 else { return nil }
        position += 1
        // A number has no leading zero.
        if first != 0x30 { skipDigits() }
        if next == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            guard skipDigits() else { return nil }
        }
        if let byte = next, byte | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() else { return nil }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text) { return .integer(value) }
        return Double(text).map(LuaValue.number)
    }

    @discardableResult
    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
        return position > start
    }

    private mutating func string() -> String? {
        position += 1
        var out: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: out, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &out) else { return nil }
            case 0..<0x20: return nil
            default: out.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into out: inout [UInt8]) -> Bool {
        guard let byte = next else { return false }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = unicodeEscape() else { return false }
            out += String(Character(scalar)).utf8
        default: return false
        }
        return true
    }

    /// `XXXX`, or a surrogate pair of two.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        guard let first = fourDigits() else { return nil }
        guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) }
        guard next == UInt8(ascii: "\\") else { return nil }
        position += 1
        guard next == UInt8(ascii: "u") else { return nil }
        position += 1
        guard let second = fourDigits(), (0xDC00..<0xE000).contains(second) else { return nil }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    private mutating func fourDigits() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let text = String(decoding: bytes[position..<position + 4], as: UTF8.self)
        guard text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x66) }) else {
            return nil
        }
        position += 4
        return UInt32(text, radix: 16)
    }
}
