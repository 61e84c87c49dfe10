import Testing

@testable import SIPSyntax

@Suite("Classes of bytes in URIs (RFC 3261 §25.1)")
struct ByteSetTests {
    private static let alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

    @Test("each set has the bytes of its production and no other")
    func members() {
        let unreserved = Self.alphanumeric + "-_.!~*'()"
        let sets: [(ByteSet, String)] = [
            (.user, unreserved + "&=+$,;?/"), (.password, unreserved + "&=+$,"),
            (.parameter, unreserved + "[]/:&+$"), (.header, unreserved + "[]/?:+$"),
            (.host, Self.alphanumeric + "-._"), (.scheme, Self.alphanumeric + "+-."), (.reserved, ";/?:@&=+$,"),
            (.visualSeparator, "-.()"),
        ]
        for (set, text) in sets {
            for byte in UInt8.min...UInt8.max {
                #expect(set.contains(byte) == text.utf8.contains(byte), "\(byte) in \(text)")
            }
        }
        for byte in UInt8.min...UInt8.max {
            let isVisible = byte > 0x20 && byte < 0x7F && !"\"%<>".utf8.contains(byte)
            #expect(ByteSet.uriVisible.contains(byte) == isVisible)
        }
    }
}
