public import SIPSyntax

/// Why a key file can't be used.
public struct KeyRingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1.
    public var line: Int
    /// What is wrong there.
    public var reason: String

    public var description: String { "line \(line): \(reason)" }
}

/// The text form of a key ring, for its file (mode 0600, the server's business):
///
///     moonwire-token-keys 1
///     current 3 00112233445566778899aabbccddeeff 0011…
///     previous 2 …
///
/// The first line names the format's version. A key's line has its id, the SipHash key and the HMAC key.
extension KeyRing {
    private static let heading: StaticString = "moonwire-token-keys 1"

    /// Reads the text form.
    public init(parsing text: ByteView) throws(KeyRingError) {
        var current: TokenKey?
        var previous: TokenKey?
        var number = 0
        var start = 0
        while start < text.count {
            let end = text.firstIndex(of: UInt8(ascii: "\n"), from: start) ?? text.count
            let line = text[start..<end].trimmed
            start = end + 1
            number += 1
            if number == 1 {
                guard line.equals(KeyRing.heading) else {
                    throw KeyRingError(line: 1, reason: "not a key file of version 1")
                }
                continue
            }
            guard !line.isEmpty else { continue }
            let (isCurrent, key) = try KeyRing.readLine(line, number)
            guard (isCurrent ? current : previous) == nil else {
                throw KeyRingError(line: number, reason: "a second key of this kind")
            }
            if isCurrent { current = key } else { previous = key }
        }
        guard let current else { throw KeyRingError(line: max(number, 1), reason: "no current key") }
        guard current.id != previous?.id else { throw KeyRingError(line: number, reason: "two keys with one id") }
        self.init(current: current, previous: previous)
    }

    private static func readLine(_ line: ByteView, _ number: Int) throws(KeyRingError) -> (Bool, TokenKey) {
        let words = line.rawBuffer.split(separator: UInt8(ascii: " ")).map { Array($0) }
        guard words.count == 4 else { throw KeyRingError(line: number, reason: "a key has four words") }
        let isCurrent = words[0] == Array("current".utf8)
        guard isCurrent || words[0] == Array("previous".utf8) else {
            throw KeyRingError(line: number, reason: "neither current nor previous")
        }
        guard let id = words[1].withByteView({ $0.decimal(limit: 15) }) else {
            throw KeyRingError(line: number, reason: "the id is not a number from 0 to 15")
        }
        guard words[2].count == 32, words[3].count == 64, let bytes = hexBytes(words[2] + words[3]) else {
            throw KeyRingError(line: number, reason: "the key is not 32 and 64 hexadecimal digits")
        }
        return (isCurrent, TokenKey(id: UInt8(id), randomBytes: bytes))
    }

    private static func hexBytes(_ digits: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = ASCII.hexValue(digits[index]), let low = ASCII.hexValue(digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The text form, ending in a newline.
    public func text() -> [UInt8] {
        var out = Array("\(KeyRing.heading)\n".utf8)
        out += KeyRing.line("current", current)
        if let previous { out += KeyRing.line("previous", previous) }
        return out
    }

    private static func line(_ name: String, _ key: TokenKey) -> [UInt8] {
        let sip = [key.sip.low, key.sip.high]
        let words = key.hmac.words
        let hmac = [words.a, words.b, words.c, words.d].map { UInt64(littleEndian: $0) }
        return Array("\(name) \(key.id) \(hex(sip)) \(hex(hmac))\n".utf8)
    }

    private static func hex(_ words: [UInt64]) -> String {
        words.map { word in
            let digits = String(word.byteSwapped, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
