import SIPSyntax
import Testing

@Suite("Retry-After and Reason (RFC 3261 §20.33, RFC 3326)")
struct RetryAfterTests {
    @Test(
        "Retry-After is read with comments and duration",
        arguments: [
            ("120", 120, nil), ("18000;duration=3600", 18_000, 3600), ("120 (I'm in a meeting)", 120, nil),
            (" 5 (a (b) \\) ;duration=9) ; x ; Duration = 60 ", 5, 60), ("99999999999999", .max, nil),
            ("1;duration=x", 1, nil),
        ] as [(String, UInt32, UInt32?)])
    func retryAfter(_ text: String, _ seconds: UInt32, _ duration: UInt32?) throws {
        let value = try #require(text.withByteView { RetryAfter($0) })
        #expect(value.seconds == seconds)
        #expect(value.duration == duration)
    }

    @Test("a malformed Retry-After is refused", arguments: ["", "x", "-1", "1 x", "1 (open", "1 )", ";duration=1"])
    func badRetryAfter(_ text: String) {
        #expect(text.withByteView { RetryAfter($0) } == nil)
    }

    @Test(
        "a Reason has a protocol, a cause and a text",
        arguments: [
            ("SIP ;cause=200 ;text=\"Call completed elsewhere\"", "SIP", 200, "\"Call completed elsewhere\""),
            ("Q.850;cause=16;cause=17", "Q.850", 16, nil), ("X", "X", nil, nil), ("SIP;cause=x;text", "SIP", nil, nil),
        ] as [(String, String, UInt32?, String?)])
    func reason(_ text: String, _ name: String, _ cause: UInt32?, _ words: String?) throws {
        try text.withByteView { view in
            let value = try #require(ReasonValue(view))
            #expect(view[value.protocolName].string == name)
            #expect(value.cause == cause)
            #expect(view[ifPresent: value.text]?.string == words)
        }
    }

    @Test("a malformed Reason is refused", arguments: ["", ";", "a b;cause=1", "SIP=1"])
    func badReason(_ text: String) {
        #expect(text.withByteView { ReasonValue($0) } == nil)
    }
}
