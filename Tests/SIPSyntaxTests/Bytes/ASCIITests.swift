import SIPSyntax
import Testing

@Suite("Classes of ASCII bytes (RFC 3261 §25.1)")
struct ASCIITests {
    private let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

    @Test("each class has its bytes and no other")
    func classes() {
        for byte in UInt8.min...UInt8.max {
            #expect(ASCII.isToken(byte) == (letters + "0123456789-.!%*_+`'~").utf8.contains(byte), "\(byte)")
            #expect(ASCII.isAlpha(byte) == letters.utf8.contains(byte))
            #expect(ASCII.isDigit(byte) == "0123456789".utf8.contains(byte))
            #expect(ASCII.isAlphanumeric(byte) == (letters + "0123456789").utf8.contains(byte))
            #expect(ASCII.isWhitespace(byte) == [0x20, 0x09, 0x0D, 0x0A].contains(byte))
        }
    }

    @Test("only capital letters become small")
    func lowercased() {
        for byte in UInt8.min...UInt8.max {
            let isCapital = byte >= 0x41 && byte <= 0x5A
            #expect(ASCII.lowercased(byte) == (isCapital ? byte + 32 : byte))
        }
    }

    @Test("hexadecimal digits have their values in either case")
    func hexadecimal() {
        for byte in UInt8.min...UInt8.max {
            let text = String(UnicodeScalar(byte))
            let expected = text.utf8.count == 1 && text != "+" && text != "-" ? UInt8(text, radix: 16) : nil
            #expect(ASCII.hexValue(byte) == expected, "\(byte)")
        }
    }
}
