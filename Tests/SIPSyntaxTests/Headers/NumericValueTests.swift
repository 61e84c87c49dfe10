import SIPSyntax
import Testing

@Suite("CSeq, delta-seconds, Max-Forwards, Content-Length, qvalue, Date (RFC 3261 §20)")
struct NumericValueTests {
    @Test(
        "a CSeq has a number below 2³¹ and a method (§20.16)",
        arguments: [
            ("4711 INVITE", 4711, "INVITE"), ("0 ACK", 0, "ACK"), ("2147483647 X", 2_147_483_647, "X"),
            (" 0009\r\n  INVITE ", 9, "INVITE"), ("1\tinvite", 1, "invite"),
            ("1 !interesting-Method0123456789_*+`.%indeed'~", 1, "!interesting-Method0123456789_*+`.%indeed'~"),
        ] as [(String, UInt32, String)])
    func cseq(_ text: String, _ number: UInt32, _ method: String) throws {
        try text.withByteView { view in
            let value = try #require(CSeqValue(view))
            #expect(value.number == number)
            #expect(value.method(in: view).string == method)
        }
    }

    @Test(
        "a malformed CSeq is refused",
        arguments: [
            "", "1", "1 ", "INVITE", "1INVITE", "-1 INVITE", "+1 INVITE", "1 IN VITE", "1 INVITE x", "1 <", "1.0 ACK",
            "2147483648 INVITE", "4294967296 INVITE", "36893488147419103232 REGISTER", "1 INVITE,",
        ])
    func badCSeq(_ text: String) {
        #expect(text.withByteView { CSeqValue($0) } == nil)
    }

    @Test(
        "delta-seconds above 2³² − 1 count as 2³² − 1 (§20.19)",
        arguments: [
            ("0", 0), ("3600", 3600), (" 60\r\n ", 60), ("007", 7), ("4294967295", 4_294_967_295),
            ("4294967296", 4_294_967_295), ("1000000000000000000000000000000000000", 4_294_967_295),
            ("", nil), ("-1", nil), ("1.5", nil), ("1 2", nil), ("x", nil), ("99999999999999999999x", nil),
        ] as [(String, UInt32?)])
    func deltaSeconds(_ text: String, _ expected: UInt32?) {
        #expect(text.withByteView { DeltaSeconds.parse($0) } == expected)
    }

    @Test(
        "Max-Forwards is 0 to 255 (§20.22)",
        arguments: [
            ("0", 0), ("70", 70), ("255", 255), (" 0068 ", 68), ("256", nil), ("300", nil), ("", nil), ("-1", nil),
            ("7 0", nil), ("18446744073709551617", nil),
        ] as [(String, UInt8?)])
    func maxForwards(_ text: String, _ expected: UInt8?) {
        #expect(text.withByteView { MaxForwards.parse($0) } == expected)
    }

    @Test(
        "Content-Length is a number that a message can have (§20.14)",
        arguments: [
            ("0", 0), ("150", 150), (" 150", 150), ("9999999", 9_999_999), ("4294967296", nil), ("-999", nil),
            ("99999999999999999999", nil), ("", nil), ("1,2", nil), ("0x10", nil),
        ] as [(String, Int?)])
    func contentLength(_ text: String, _ expected: Int?) {
        #expect(text.withByteView { ContentLength.parse($0) } == expected)
    }

    @Test(
        "a qvalue is read in thousandths and written as short as can be (§25.1)",
        arguments: [
            ("0", 0, "0"), ("1", 1000, "1"), ("0.", 0, "0"), ("1.", 1000, "1"), ("0.7", 700, "0.7"),
            ("0.33", 330, "0.33"), ("0.001", 1, "0.001"), ("0.120", 120, "0.12"), ("1.000", 1000, "1"),
            (".5", 500, "0.5"), ("0.12345", 123, "0.123"), (" 0.5 ", 500, "0.5"), ("00.5", 500, "0.5"),
        ] as [(String, UInt16, String)])
    func qvalue(_ text: String, _ thousandths: UInt16, _ written: String) throws {
        let value = try #require(text.withByteView { QValue($0) })
        #expect(value.thousandths == thousandths)
        #expect(value.description == written)
    }

    @Test("a malformed qvalue is refused", arguments: ["", ".", "1.1", "1.001", "2", "-1", "0,5", "0.x", "0.1.2", "a"])
    func badQValue(_ text: String) {
        #expect(text.withByteView { QValue($0) } == nil)
    }

    @Test("qvalues are ordered and cut to their range")
    func qvalueOrder() {
        #expect(QValue(thousandths: 500) < QValue.one)
        #expect(QValue(thousandths: -1).thousandths == 0)
        #expect(QValue(thousandths: 2000) == .one)
    }

    @Test(
        "a Date is in RFC 1123 form (§20.17)",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1_289_690_940, "Sat, 13 Nov 2010 23:29:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.min, "Sat, 01 Jan 0000 00:00:00 GMT"),
        ] as [(Int64, String)])
    func date(_ seconds: Int64, _ expected: String) {
        #expect(String(decoding: SIPDate.text(unixSeconds: seconds), as: UTF8.self) == expected)
        let writer = ByteWriter()
        SIPDate.append(unixSeconds: seconds, to: writer)
        #expect(writer.view.string == expected)
    }
}
