import Crypto
import SIPSyntax
import Testing

@testable import SIPTokens

@Suite("Key ring")
struct KeyRingTests {
    @Test("the text form has a version line and is read back")
    func roundTrip() throws {
        var original = ring()
        #expect(try KeyRing(parsing: original) == original)
        original.rotate(randomBytes: keyBytes(99))
        let text = original.text()
        #expect(String(decoding: text, as: UTF8.self).hasPrefix("moonwire-token-keys 1\ncurrent 1 "))
        #expect(try KeyRing(parsing: original) == original)
    }

    @Test("the key's bytes stand in the text in their order")
    func byteOrder() {
        let text = String(decoding: KeyRing(randomBytes: Array(0..<48)).text(), as: UTF8.self)
        #expect(text.contains("current 0 000102030405060708090a0b0c0d0e0f 10111213"))
        #expect(text.hasSuffix("2c2d2e2f\n"))
    }

    @Test(
        "a bad file is refused with its line",
        arguments: [
            ("", 1), ("moonwire-token-keys 2\n", 1), ("moonwire-token-keys 1\n", 1),
            ("moonwire-token-keys 1\ncurrent 1 00 00\n", 2), ("moonwire-token-keys 1\n\ncurrent 16 a b\n", 3),
            ("moonwire-token-keys 1\nother 1 a b\n", 2), ("moonwire-token-keys 1\ncurrent\n", 2),
        ])
    func refused(text: String, line: Int) {
        let error = #expect(throws: KeyRingError.self) {
            try text.withByteView { view throws(KeyRingError) in try KeyRing(parsing: view) }
        }
        #expect(error?.line == line)
    }

    @Test("two keys of a kind, or of one id, are refused")
    func duplicates() {
        let line = String(decoding: ring().text(), as: UTF8.self).split(separator: "\n")[1]
        let previous = line.replacing("current", with: "previous")
        for body in ["\(line)\n\(line)", "\(line)\n\(previous)", "\(previous)"] {
            #expect(throws: KeyRingError.self) {
                try "moonwire-token-keys 1\n\(body)\n".withByteView { view throws(KeyRingError) in
                    try KeyRing(parsing: view)
                }
            }
        }
    }

    @Test("ids go round at 16 and never meet in one ring")
    func rotation() {
        var ring = ring()
        for step in 1...40 {
            ring.rotate(randomBytes: keyBytes(UInt8(step)))
            #expect(Int(ring.current.id) == step % 16)
            #expect(ring.previous?.id != ring.current.id)
        }
    }

    @Test("each purpose has a key of its own")
    func purposes() {
        let key = ring().current
        let keys = TokenKey.Purpose.allCases.map { key.key(for: $0) }
        #expect(Set(keys + [key.sip]).count == keys.count + 1)
    }

    @Test("HMAC-SHA-256 agrees with the library's, cut to 128 bits")
    func hmac() {
        let bytes = keyBytes(5)
        let key = TokenKey(id: 0, randomBytes: bytes).hmac
        for count in [0, 1, 19, 63, 64, 65, 200] {
            let message = (0..<count).map { UInt8($0) }
            let expected = HMAC<SHA256>.authenticationCode(
                for: message, using: SymmetricKey(data: Array(bytes.suffix(32))))
            let (high, low) = message.withByteView { key.code(for: $0) }
            let code = [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) } }
            #expect(code == Array(expected.prefix(16)))
        }
    }
}

extension KeyRing {
    /// Reads the text form of `other`.
    init(parsing other: KeyRing) throws {
        self = try other.text().withByteView { view throws(KeyRingError) in try KeyRing(parsing: view) }
    }
}
