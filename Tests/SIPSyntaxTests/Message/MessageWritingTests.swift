import SIPSyntax
import Testing

@Suite("Writing messages")
struct MessageWritingTests {
    @Test("what was not edited goes out byte for byte: order, spelling, folding, unknown fields (§7.3.1, §16.6)")
    func verbatim() throws {
        let text = """
            NEWMETHOD sip:b@example.com;x=Y SIP/2.0\r
            v:SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r
            X-UnKnown :   odd   spacing\t\r
            FROM: <sip:a@example.com>;tag=1\r
            Subject: folded\r
              value\r
            t: <sip:b@example.com>\r
            Call-ID:abc\r
            CSeq:   7   NEWMETHOD\r
            x-unknown: again\r
            Content-Length: 3\r
            \r
            abc
            """
        #expect(try message(text: text).text == text)
    }

    @Test("an edit changes its own line alone")
    func oneLine() throws {
        var edited = try invite(["x-Odd :  1", "Subject: a\r\n b", "Z: 9"])
        edited.set(6, "new")
        let expected =
            (["INVITE sip:b@example.com SIP/2.0"] + mandatory + ["x-Odd :  1", "Subject: new", "Z: 9"])
            .joined(separator: "\r\n") + "\r\n\r\n"
        #expect(edited.text == expected)
        edited.setRequestURI(ByteView("sip:other@example.net"))
        #expect(edited.text == expected.replacingFirst("sip:b@example.com SIP", "sip:other@example.net SIP"))
    }

    @Test("leading empty lines and bytes behind the body are not passed on (§18.3)")
    func surroundings() throws {
        let text =
            "INVITE sip:b@example.com SIP/2.0\r\n" + mandatory.joined(separator: "\r\n")
            + "\r\nContent-Length: 2\r\n\r\nab"
        #expect(try message(text: "\r\n\r\n" + text + "garbage").text == text)
    }

    @Test("a status line without a reason phrase keeps its space (§7.2)")
    func statusLine() throws {
        for line in ["SIP/2.0 200", "SIP/2.0 200 "] {
            #expect(try message([line] + mandatory).text.hasPrefix("SIP/2.0 200 \r\nVia"))
        }
    }

    @Test("byteCount is the number of bytes that are written, edits included")
    func byteCount() throws {
        var edited = try invite(["Subject: x"], body: "body")
        #expect(edited.byteCount == edited.bytes.count)
        edited.setRequestURI(ByteView("sip:a-much-longer-name@example.com;transport=tcp"))
        #expect(edited.byteCount == edited.bytes.count)
        edited.insert("X-Y", "z", at: 0)
        edited.removeField(at: 3)
        edited.setBody(ByteView("another"))
        #expect(edited.byteCount == edited.bytes.count)
        var copy = edited
        copy.setRequestURI(ByteView("sip:b"))
        #expect(copy.byteCount == copy.bytes.count)
        let response = try message(["SIP/2.0 200 OK"] + mandatory)
        #expect(response.byteCount == response.bytes.count)
    }

    @Test("random edits of random copies agree with a list of lines", arguments: 1...30)
    func againstModel(seed: UInt64) throws {
        var random = MessageRandom(seed: seed)
        var message = try invite(["Subject: s", "Route: <sip:r>"], body: "start")
        var model = Model(
            uri: "sip:b@example.com",
            lines: (mandatory + ["Subject: s", "Route: <sip:r>"]).map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (String(parts[0]), String(parts[1].dropFirst()))
            }, body: "start")
        var kept: [(SIPMessage, String)] = []
        for _ in 0..<200 {
            model.edit(&message, &random)
            #expect(message.text == model.text)
            if Int.random(in: 0..<8, using: &random) == 0 { kept.append((message, model.text)) }
            if Int.random(in: 0..<20, using: &random) == 0 { kept.removeAll() }
        }
        for (copy, text) in kept { #expect(copy.text == text) }
    }
}

/// A message as a list of lines, edited by copying.
private struct Model {
    var uri: String
    var lines: [(String, String)]
    var body: String

    var text: String {
        "INVITE \(uri) SIP/2.0\r\n" + lines.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n" + body
    }

    mutating func edit(_ message: inout SIPMessage, _ random: inout MessageRandom) {
        let value = String(repeating: "v", count: Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where !lines.isEmpty:
            let index = Int.random(in: 0..<lines.count, using: &random)
            lines[index].1 = value
            message.set(index, value)
        case 1 where lines.count > 3:
            let index = Int.random(in: 0..<lines.count, using: &random)
            lines.remove(at: index)
            message.removeField(at: index)
        case 2:
            uri = "sip:\(value)@x"
            uri.withByteView { message.setRequestURI($0) }
        case 3:
            body = value
            body.withByteView { message.setBody($0) }
            if let index = lines.firstIndex(where: { $0.0 == "Content-Length" }) {
                lines[index].1 = "\(body.count)"
            } else {
                lines.append(("Content-Length", "\(body.count)"))
            }
        default:
            let name = ["X-A", "Route", "Subject", "Reject-Contact"].randomElement(using: &random)!
            let index = Int.random(in: 0...lines.count, using: &random)
            lines.insert((name, value), at: index)
            message.insert(name, value, at: index)
        }
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, _ new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return replacingCharacters(in: range, with: new)
    }

    private func firstRange(of text: String) -> Range<String.Index>? { ranges(of: text).first }

    private func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
