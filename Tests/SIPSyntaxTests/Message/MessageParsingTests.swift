import SIPSyntax
import Testing

@Suite("Reading messages (§7)")
struct MessageParsingTests {
    @Test("a request's start line and fields (§7.1, §7.3)")
    func request() throws {
        let parsed = try invite(["X-Extra:  some value  ", "Content-Length: 4"], body: "v=0\n")
        #expect(parsed.isRequest)
        #expect(parsed.method == .invite)
        #expect(parsed.methodText.string == "INVITE")
        #expect(parsed.requestURI.string == "sip:b@example.com")
        #expect(parsed.fieldCount == 7)
        #expect(parsed.fieldNameText(at: 5).string == "X-Extra")
        #expect(parsed.fieldValue(at: 5).string == "some value")
        #expect(parsed.value(of: .callID)?.string == "abc")
        #expect(parsed.body.string == "v=0\n")
        #expect(parsed.flaw == .none)
        #expect(parsed.status == 0)
    }

    @Test(
        "a response's start line, with and without a reason phrase (§7.2)",
        arguments: [
            ("SIP/2.0 180 Ringing", 180, "Ringing"), ("SIP/2.0 200 ", 200, ""), ("SIP/2.0 200", 200, ""),
            ("SIP/2.0 486 Busy  Here", 486, "Busy  Here"), ("sip/2.0 699 x", 699, "x"),
        ])
    func response(line: String, status: Int, reason: String) throws {
        let parsed = try message([line] + mandatory)
        #expect(!parsed.isRequest)
        #expect(parsed.status == status)
        #expect(parsed.reason.string == reason)
        #expect(parsed.method == .invite)
        #expect(parsed.flaw == .none)
    }

    @Test(
        "what is no start line is refused (§7.1, §7.2)",
        arguments: [
            "INVITE", "INVITE sip:b@example.com", "INVITE sip:b@example.com HTTP/1.1", " INVITE sip:b SIP/2.0",
            "IN,VITE sip:b SIP/2.0", "SIP/2.0 99 x", "SIP/2.0 700 x", "SIP/2.0 20", "SIP/2.0 2000 x", "SIP/3.0 200 OK",
            "SIP/2.0  200 OK", "x",
        ])
    func startLine(line: String) throws {
        #expect(throws: SIPParseError.self) { try message([line] + mandatory) }
    }

    @Test("a request of another version can still be answered (§21.5.6)")
    func version() throws {
        let parsed = try message(["INVITE sip:b@example.com SIP/7.0"] + mandatory)
        #expect(parsed.flaw.kind == .version)
        #expect(parsed.flaw.status == 505)
        #expect(parsed.value(of: .callID)?.string == "abc")
    }

    @Test("folded lines are one value (§7.3.1)")
    func folding() throws {
        let parsed = try invite(["Subject: I know\r\n you're there,\r\n\tpick up", "X: y"])
        #expect(parsed.value(of: .subject)?.string == "I know\r\n you're there,\r\n\tpick up")
        #expect(parsed.fieldNameText(at: 6).string == "X")
    }

    @Test(
        "compact names and any case are the same field (§7.3.3)",
        arguments: [
            ("v", HeaderName.via), ("f", .from), ("t", .to), ("i", .callID), ("m", .contact), ("l", .contentLength),
            ("c", .contentType), ("s", .subject), ("k", .supported), ("e", .contentEncoding), ("o", .event),
            ("r", .referTo), ("u", .allowEvents), ("x", .sessionExpires), ("CALL-id", .callID), ("VIA", .via),
            ("record-ROUTE", .recordRoute), ("www-authenticate", .wwwAuthenticate), ("vi", .other), ("q", .other),
        ])
    func names(text: String, name: HeaderName) {
        #expect(text.withByteView { HeaderName($0) } == name)
    }

    @Test("every known name is found by its own spelling")
    func everyName() throws {
        var count = 0
        for text in [
            "Via", "From", "To", "Max-Forwards", "P-Asserted-Identity", "SIP-ETag", "Reject-Contact", "Min-SE",
        ] {
            let name = text.withByteView { HeaderName($0) }
            #expect(name != .other, "\(text)")
            #expect(ByteView(name.canonicalText).string == text)
            count += 1
        }
        #expect(count == 8)
    }

    @Test("white space before the colon, none behind it, and empty values (§7.3.1)")
    func whitespace() throws {
        let parsed = try invite(["Subject \t : x", "Organization:y", "Supported:", "Allow: \r\n  "])
        #expect(parsed.value(of: .subject)?.string == "x")
        #expect(parsed.value(of: .organization)?.string == "y")
        #expect(parsed.value(of: .supported)?.isEmpty == true)
        #expect(parsed.value(of: .allow)?.isEmpty == true)
    }

    @Test("lone line feeds end lines, and empty lines may stand before the message (§7.5)")
    func lineEnds() throws {
        let text = "\r\n\r\nINVITE sip:b@example.com SIP/2.0\n" + mandatory.joined(separator: "\n") + "\n\nbody"
        let parsed = try message(text: text)
        #expect(parsed.flaw == .none)
        #expect(parsed.fieldCount == 5)
        #expect(parsed.body.string == "body")
        #expect(parsed.value(of: .cSeq)?.string == "7 INVITE")
    }

    @Test(
        "a missing mandatory field is a flaw that names it (§8.1.1)",
        arguments: [
            (1, HeaderName.from), (2, .to), (3, .callID), (4, .cSeq), (0, .via),
        ])
    func missing(index: Int, name: HeaderName) throws {
        var fields = mandatory
        fields.remove(at: index)
        let parsed = try message(["INVITE sip:b@example.com SIP/2.0"] + fields)
        #expect(parsed.flaw == MessageFlaw(.missing, name))
        #expect(parsed.flaw.reasonPhrase == "Missing \(name.canonicalText)")
        #expect(parsed.flaw.status == 400)
    }

    @Test("a field that may occur once is a flaw when it occurs twice, a list is none (§7.3.1)")
    func repeated() throws {
        for name in ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"] {
            let parsed = try invite(["\(name): 1", "\(name): 1"])
            #expect(parsed.flaw.kind == .repeated, "\(name)")
        }
        #expect(try invite(["i: other"]).flaw == MessageFlaw(.repeated, .callID))
        #expect(try invite(["Via: SIP/2.0/UDP b", "Route: <sip:a>", "Route: <sip:b>"]).flaw == .none)
    }

    @Test(
        "CSeq: the number below 2^31, the request's own method (§8.1.1.5)",
        arguments: [
            ("1 INVITE", MessageFlaw.Kind.none), ("2147483647 INVITE", .none), ("2147483648 INVITE", .malformed),
            ("0  INVITE", .none), ("1INVITE", .malformed), ("x INVITE", .malformed), ("1", .malformed),
            ("", .malformed),
            ("1 ACK", .methodMismatch), ("1 invite", .methodMismatch), ("-1 INVITE", .malformed),
        ])
    func cSeq(value: String, kind: MessageFlaw.Kind) throws {
        let fields = mandatory.dropLast() + ["CSeq: \(value)"]
        let parsed = try message(["INVITE sip:b@example.com SIP/2.0"] + fields)
        #expect(parsed.flaw.kind == kind)
    }

    @Test("Content-Length cuts the body; too long is a flaw, no number as well (§18.3, §20.14)")
    func contentLength() throws {
        #expect(try invite(["Content-Length: 2"], body: "abcd").body.string == "ab")
        #expect(try invite(["l: 0"], body: "abcd").body.isEmpty)
        #expect(try invite([], body: "abcd").body.string == "abcd")
        let short = try invite(["Content-Length: 5"], body: "abcd")
        #expect(short.flaw.kind == .bodyTooShort)
        #expect(short.body.string == "abcd")
        #expect(try invite(["Content-Length: x"]).flaw == MessageFlaw(.malformed, .contentLength))
        #expect(try invite(["Content-Length: 99999999999999999999"]).flaw.kind == .malformed)
    }

    @Test("bodies have any bytes (§7.4)")
    func binaryBody() throws {
        let body = (0...255).map { UInt8($0) }
        let head = Array(
            ("INVITE sip:b@example.com SIP/2.0\r\n" + mandatory.joined(separator: "\r\n")
                + "\r\nContent-Length: 256\r\n\r\n").utf8)
        let parsed = try message(bytes: head + body)
        #expect(parsed.body.array == body)
        #expect(parsed.bytes == head + body)
    }

    @Test("a line without a name and a colon is a flaw, and the rest is still read")
    func noColon() throws {
        for line in ["no colon here", ": value", "bad\u{1}name: x", "a/b: c"] {
            let parsed = try message(["INVITE sip:b@example.com SIP/2.0", line] + mandatory)
            #expect(parsed.flaw.kind == .malformed, "\(line)")
            #expect(parsed.value(of: .callID)?.string == "abc")
        }
    }

    @Test("limits: bytes of the header, number of fields, bytes of the body")
    func limits() throws {
        let long = "X: " + String(repeating: "a", count: 1000)
        let text = (["INVITE sip:b@example.com SIP/2.0"] + mandatory + [long]).joined(separator: "\r\n") + "\r\n\r\n"
        #expect(throws: SIPParseError.self) { try message(text: text, limits: MessageLimits(headerBytes: 900)) }
        #expect(try message(text: text, limits: MessageLimits(headerBytes: 1300)).fieldCount == 6)
        #expect(throws: SIPParseError.self) { try message(text: text, limits: MessageLimits(fields: 5)) }
        #expect(try message(text: text, limits: MessageLimits(fields: 6)).fieldCount == 6)
        let large = try message(text: text + "0123456789", limits: MessageLimits(bodyBytes: 9))
        #expect(large.flaw.kind == .bodyTooLong)
        #expect(large.flaw.status == 513)
        #expect(try message(text: text + "0123456789", limits: MessageLimits(bodyBytes: 10)).flaw == .none)
    }

    @Test("a start line or a field longer than 65,535 bytes is refused, whatever the limits say")
    func overLong() {
        let limits = MessageLimits(headerBytes: 1_000_000)
        let uri = "INVITE sip:" + String(repeating: "a", count: 70_000) + " SIP/2.0\r\n\r\n"
        #expect(throws: SIPParseError.self) { try message(text: uri, limits: limits) }
        let field = "INVITE sip:a SIP/2.0\r\nX: " + String(repeating: "a", count: 70_000) + "\r\n\r\n"
        #expect(throws: SIPParseError.self) { try message(text: field, limits: limits) }
    }

    @Test("a message that is cut anywhere in its header throws, and never reads outside")
    func cutAnywhere() throws {
        let whole =
            Array(
                (["INVITE sip:b@example.com SIP/2.0"] + mandatory + ["Subject: a\r\n b"]).joined(separator: "\r\n").utf8
            )
            + Array("\r\n\r\n".utf8)
        for length in 0..<whole.count - 1 {
            #expect(throws: SIPParseError.self, "\(length)") { try message(bytes: Array(whole.prefix(length))) }
        }
        #expect(try message(bytes: whole).flaw == .none)
    }

    @Test("random changes never stop the reader", arguments: 1...20)
    func fuzz(seed: UInt64) throws {
        var random = MessageRandom(seed: seed)
        let whole =
            Array((["INVITE sip:b@example.com SIP/2.0"] + mandatory).joined(separator: "\r\n").utf8)
            + Array("\r\nContent-Length: 4\r\n\r\nbody".utf8)
        for _ in 0..<300 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert([0x0A, 0x0D, 0x3A, 0x20].randomElement(using: &random)!, at: place)
                }
            }
            guard let parsed = try? message(bytes: bytes) else { continue }
            for index in 0..<parsed.fieldCount { _ = parsed.fieldValue(at: index).array }
            // What is written can be read, with the same fields.
            guard parsed.flaw == .none else { continue }
            let again = try message(bytes: parsed.bytes)
            #expect(again.fieldCount == parsed.fieldCount)
            #expect(again.body.array == parsed.body.array)
        }
    }
}

/// Numbers that follow from a seed.
struct MessageRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
