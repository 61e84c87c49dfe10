import Logging
import Testing

@testable import MoonwireServer

@Suite("Lines of the log")
struct LogLineTests {
    private let line = LogLine(
        time: "2026-01-31T12:00:00.000Z", level: .notice, label: "moonwire", message: "call \"x\"\n2026 forged",
        metadata: ["call_id": "a b", "level": "high", "list": ["1", "2"], "n": "5"])

    @Test("as text: one line, whatever a peer's bytes are")
    func text() {
        #expect(
            line.text
                == "2026-01-31T12:00:00.000Z notice call \"x\"\\u{a}2026 forged call_id=\"a b\" level=high "
                + "list=\"[\"1\", \"2\"]\" n=5\n")
    }

    @Test("as JSON: one object (RFC 8259); metadata can't take the place of a field")
    func json() {
        #expect(
            line.json
                == #"{"time":"2026-01-31T12:00:00.000Z","level":"notice","label":"moonwire","#
                + #""message":"call \"x\"\n2026 forged","call_id":"a b","_level":"high","list":["1","2"],"n":"5"}"#
                + "\n")
        #expect(LogLine.quoted("\u{1}\\\t") == #""\u0001\\\t""#)
    }

    @Test("times are UTC with milliseconds (RFC 3339)")
    func time() {
        #expect(LogTime.text(seconds: 951_782_399, milliseconds: 7) == "2000-02-28T23:59:59.007Z")
    }
}
