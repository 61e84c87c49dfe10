import SIPSyntax
import Testing

@Suite("Views of bytes")
struct ByteViewTests {
    @Test("a byte is found wherever it stands, and its first occurrence first")
    func firstIndex() {
        for length in 0..<40 {
            for place in 0..<length {
                var bytes = [UInt8](repeating: 0x2D, count: length)
                bytes[place] = 0x2C
                if place + 1 < length { bytes[length - 1] = 0x2C }
                bytes.withByteView { view in
                    #expect(view.firstIndex(of: 0x2C) == place)
                    #expect(view.firstIndex(of: 0x2C, from: place) == place)
                    #expect(view.firstIndex(of: 0x2E) == nil)
                    #expect(view.firstIndex(of: 0x2C, from: length) == nil)
                }
            }
        }
    }

    @Test("a search is not misled by neighbouring values", arguments: [0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF] as [UInt8])
    func neighbours(_ wanted: UInt8) {
        for place in 0..<24 {
            var bytes = (0..<24).map { $0 % 2 == 0 ? wanted &+ 1 : wanted &- 1 }
            bytes[place] = wanted
            bytes.withByteView { #expect($0.firstIndex(of: wanted) == place) }
        }
    }

    @Test("texts are compared byte by byte or in either case")
    func equality() {
        "Via".withByteView { view in
            #expect(view.equals("Via"))
            #expect(!view.equals("via"))
            #expect(view.equalsIgnoringCase("vIA"))
            #expect(!view.equalsIgnoringCase("vi"))
            #expect(view.hasPrefix("Vi"))
            #expect(!view.hasPrefix("Viaa"))
        }
        "[@`{".withByteView { view in
            #expect(!view.equalsIgnoringCase("{@`["))
            #expect(!view.equalsIgnoringCase("[`@{"))
        }
        ByteView.empty.array.withByteView { #expect($0.equals("")) }
    }

    @Test(
        "white space and folds are cut off both ends",
        arguments: [("", ""), (" \t\r\n", ""), ("a", "a"), (" \r\n a b\t", "a b"), ("\u{B}a", "\u{B}a")])
    func trimmed(_ text: String, _ expected: String) {
        #expect(text.withByteView { $0.trimmed.string } == expected)
    }

    @Test(
        "decimal numbers are read up to a limit",
        arguments: [
            ("0", 0), ("0010", 10), ("18446744073709551615", .max), ("18446744073709551616", nil), ("", nil),
            ("-1", nil),
            ("1a", nil), ("99999999999999999999", nil),
        ] as [(String, UInt64?)])
    func decimal(_ text: String, _ expected: UInt64?) {
        #expect(text.withByteView { $0.decimal() } == expected)
        #expect("256".withByteView { $0.decimal(limit: 255) } == nil)
        #expect("255".withByteView { $0.decimal(limit: 255) } == 255)
    }

    @Test("slices, words and field ranges name the same bytes")
    func slices() {
        "0123456789".withByteView { view in
            #expect(view[2..<5].string == "234")
            #expect(view[FieldRange(2..<5)].string == "234")
            #expect(view[ifPresent: .absent] == nil)
            #expect(view.suffix(from: 8).string == "89")
            #expect(view.prefix(0).isEmpty)
            #expect(view.word(at: 1) == 0x3837_3635_3433_3231)
        }
        #expect(FieldRange.absent.isAbsent)
        #expect(!FieldRange(0..<0).isAbsent)
        #expect(FieldRange(3..<7).upper == 7)
    }

    @Test("an error of the body passes through")
    func throwing() {
        struct Failure: Error, Equatable {}
        #expect(throws: Failure()) {
            try [1, 2].withByteView { (_: ByteView) throws(Failure) -> Int in throw Failure() }
        }
    }
}
