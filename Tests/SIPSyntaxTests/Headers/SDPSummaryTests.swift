import SIPSyntax
import Testing

@Suite("Session descriptions, as far as policies look (RFC 8866)")
struct SDPSummaryTests {
    private static let lines = [
        "v=0", "o=alice 2890844526 2890844527 IN IP4 host.example", "s= ", "c=IN IP4 192.0.2.1", "t=0 0",
        "a=group:BUNDLE 1",
        "a=sendonly", "m=audio 49170/2 RTP/AVP 0 8 97", "a=rtpmap:97 opus/48000/2", "a=recvonly",
        "m=video 0 RTP/AVP 31",
        "c=IN IP6 2001:db8::1", "junk", "m=broken", "m=text x a b",
    ]

    @Test("session and media are read with any line ends", arguments: ["\r\n", "\n", "\r"])
    func read(_ lineEnd: String) throws {
        let text = Self.lines.joined(separator: lineEnd) + lineEnd
        let summary = try #require(text.withByteView { SDPSummary($0) })
        #expect(summary.origin?.username == "alice")
        #expect(summary.origin?.sessionID == "2890844526")
        #expect(summary.origin?.sessionVersion == "2890844527")
        #expect(summary.origin?.connection.address == "host.example")
        #expect(summary.sessionName == " ")
        #expect(summary.connection?.address == "192.0.2.1")
        #expect(summary.attributes.map(\.name) == ["group", "sendonly"])
        #expect(summary.attributes.map(\.value) == ["BUNDLE 1", nil])
        #expect(summary.media.map(\.type) == ["audio", "video", "broken", "text"])
        #expect(summary.media.map(\.port) == [49_170, 0, 0, 0])
        #expect(summary.media[0].proto == "RTP/AVP")
        #expect(summary.media[0].formats == ["0", "8", "97"])
        #expect(summary.media.map(\.direction) == [.recvonly, .sendonly, .sendonly, .sendonly])
        #expect(summary.media[0].attributes.first?.value == "97 opus/48000/2")
        #expect(summary.media[0].connection == summary.connection)
        #expect(summary.media[1].connection?.addressType == "IP6")
    }

    @Test("a body that is no session description is none", arguments: ["", "v", "hello", "a=b\r\nv=0"])
    func refused(_ text: String) {
        #expect(text.withByteView { SDPSummary($0) } == nil)
    }

    @Test("every prefix is read without a trap, and media default to sendrecv")
    func prefixes() throws {
        let bytes = Array(Self.lines.joined(separator: "\r\n").utf8)
        for length in 2...bytes.count {
            #expect(Array(bytes[..<length]).withByteView { SDPSummary($0) } != nil)
        }
        let plain = try #require("v=0\nm=audio 1 RTP/AVP 0".withByteView { SDPSummary($0) })
        #expect(plain.media.first?.direction == .sendrecv)
        #expect(plain.media.first?.connection == nil)
    }
}
