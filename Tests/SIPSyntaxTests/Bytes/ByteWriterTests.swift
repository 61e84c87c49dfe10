import SIPSyntax
import Testing

@Suite("Writing bytes")
struct ByteWriterTests {
    @Test("everything appended stands there in order, over many growths")
    func growth() {
        let writer = ByteWriter(capacity: 1)
        var expected: [UInt8] = []
        for round in 0..<300 {
            writer.append(UInt8(truncatingIfNeeded: round))
            writer.append("literal")
            writer.append([1, 2, 3])
            writer.append(text: "text ü \(round)")
            writer.append(decimal: UInt64(round))
            expected.append(UInt8(truncatingIfNeeded: round))
            expected.append("literal")
            expected += [1, 2, 3]
            expected += Array("text ü \(round)".utf8)
            expected.append(decimal: UInt64(round))
        }
        #expect(writer.view.array == expected)
        #expect(writer.count == expected.count)
        writer.truncate(to: 8)
        #expect(writer.view.array == Array(expected.prefix(8)))
        writer.reserve(100_000)
        #expect(writer.view.array == Array(expected.prefix(8)))
        writer.removeAll()
        #expect(writer.view.isEmpty)
    }

    @Test(
        "numbers are written in decimal digits",
        arguments: [0, 1, 9, 10, 99, 100, 5060, 65_535, 4_294_967_295, 9_999_999_999_999_999_999, .max] as [UInt64])
    func decimal(_ value: UInt64) {
        let writer = ByteWriter(capacity: 64)
        writer.append(decimal: value)
        #expect(writer.view.string == String(value))
        var bytes: [UInt8] = []
        bytes.append(decimal: value)
        #expect(bytes == Array(String(value).utf8))
    }
}
