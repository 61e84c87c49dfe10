import SIPSyntax
import Testing

/// A From, To or Contact element and what is to be found in it.
struct NameAddrVector: Sendable, CustomTestStringConvertible {
    var text: String
    var display: String?
    var uri: String?
    var parameters: String?
    var tag: String?
    var hasBrackets = true
    var testDescription: String { text }
}

@Suite("name-addr and addr-spec (RFC 3261 §20.10)")
struct NameAddrTests {
    static let vectors: [NameAddrVector] = [
        NameAddrVector(
            text: "\"Bob\" <sips:bob@biloxi.com> ;tag=a48s", display: "Bob", uri: "sips:bob@biloxi.com",
            parameters: "tag=a48s", tag: "a48s"),
        NameAddrVector(
            text: "sip:+12125551212@phone2net.com;tag=887s", uri: "sip:+12125551212@phone2net.com",
            parameters: "tag=887s", tag: "887s", hasBrackets: false),
        NameAddrVector(
            text: "Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", display: "Anonymous",
            uri: "sip:c8oqz84zk7z@privacy.org", parameters: "tag=hyh8", tag: "hyh8"),
        NameAddrVector(text: "<sip:a@h;lr>", uri: "sip:a@h;lr"),
        NameAddrVector(text: "<sip:a@h;lr>;x", uri: "sip:a@h;lr", parameters: "x"),
        NameAddrVector(text: "sip:a@h;lr", uri: "sip:a@h", parameters: "lr", hasBrackets: false),
        NameAddrVector(text: " \r\n <sip:a@h> \r\n ", uri: "sip:a@h"),
        NameAddrVector(text: "< sip:a@h >", uri: "sip:a@h"),
        NameAddrVector(text: "<sip:a@h>;", uri: "sip:a@h", parameters: ""),
        NameAddrVector(text: "\"\" <sip:a@h>", display: "", uri: "sip:a@h"),
        NameAddrVector(text: "\"a\"<sip:a@h>", display: "a", uri: "sip:a@h"),
        NameAddrVector(
            text: "T. A. Watson<sip:a@h>;TAG=\r\n 1", display: "T. A. Watson", uri: "sip:a@h",
            parameters: "TAG=\r\n 1", tag: "1"),
        // RFC 4475 §3.1.1.1.
        NameAddrVector(
            text: "sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
            uri: "sip:vivekg@chair-dnrc.example.com",
            parameters: "   tag    = 1918181833n", tag: "1918181833n", hasBrackets: false),
        NameAddrVector(
            text: "\"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8",
            display: "J Rosenberg \\\"", uri: "sip:jdrosen@example.com", parameters: "\r\n  tag = 98asjd8",
            tag: "98asjd8"),
        NameAddrVector(
            text:
                "\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam",
            display: "Quoted string \"\"", uri: "sip:jdrosen@example.com",
            parameters: " newparam =\r\n      newvalue ;\r\n  secondparam"),
        // RFC 4475 §3.1.1.2 and §3.1.1.6.
        NameAddrVector(
            text: "\"BEL:\\\u{7} NUL:\\\u{0} DEL:\\\u{7F}\" <sip:a@h>", display: "BEL:\u{7} NUL:\u{0} DEL:\u{7F}",
            uri: "sip:a@h"),
        NameAddrVector(
            text: "token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\""
                + ";tag=_token~1'+`*%!-.",
            display: "token1~` token2'+_ token3*%!.-", uri: "sip:mundane@example.com",
            parameters: "fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.", tag: "_token~1'+`*%!-."),
        NameAddrVector(
            text: "caller<sip:caller@example.com>;tag=323", display: "caller",
            uri: "sip:caller@example.com", parameters: "tag=323", tag: "323"),
        // RFC 4475 §3.1.2.15: what was meant is plain, although the comma should be in quotes.
        NameAddrVector(
            text: "Bell, Alexander <sip:a.g.bell@bell-tel.com>;tag=43", display: "Bell, Alexander",
            uri: "sip:a.g.bell@bell-tel.com", parameters: "tag=43", tag: "43"),
    ]

    @Test("every part is found", arguments: vectors)
    func parts(_ vector: NameAddrVector) throws {
        try vector.text.withByteView { text in
            let layout = try #require(NameAddrLayout(text))
            #expect(layout.displayText(in: text).map { String(decoding: $0, as: UTF8.self) } == vector.display)
            #expect(layout.uri(in: text)?.string == vector.uri)
            #expect(layout.parameters(in: text)?.string == vector.parameters)
            #expect(layout.tag(in: text)?.string == vector.tag)
            #expect(layout.hasBrackets == vector.hasBrackets)
            #expect(!layout.isStar)
        }
    }

    @Test(
        "a malformed element is refused",
        arguments: [
            "", "  ", ";tag=1", "<>", "< >", "<sip:a@h", "sip:a@h>", "a <sip:a@h> b", "<sip:a@h> x;y", "\"a <sip:a@h>",
            "\"a\" sip:a@h", "\"a\"", "\"a\" ;x", "\"a\\\" <sip:a@h>", "a\"b\" <sip:a@h>", "*;expires=0", ">",
        ])
    func refused(_ text: String) {
        #expect(text.withByteView { NameAddrLayout($0) } == nil)
    }

    @Test("a star alone is the Contact that removes everything (§10.2.2)", arguments: ["*", " * ", "\r\n *"])
    func star(_ text: String) throws {
        let layout = try #require(text.withByteView { NameAddrLayout($0) })
        #expect(layout.isStar)
        #expect(layout.uri.isAbsent)
        #expect(NameAddr(text) == nil)
    }

    @Test("every prefix of an element is read or refused, never trapped on", arguments: vectors)
    func prefixes(_ vector: NameAddrVector) {
        let bytes = Array(vector.text.utf8)
        for length in 0..<bytes.count {
            Array(bytes[..<length]).withByteView { text in
                guard let layout = NameAddrLayout(text) else { return }
                #expect(layout.isStar || !layout.uri.isEmpty)
                _ = layout.tag(in: text)
            }
        }
    }

    @Test("parameters are found by name in either case; the first counts")
    func parameterSearch() throws {
        try "<sip:a@h;tag=no>;Tag=yes;q=\"0.5;x\";tag=later;flag".withByteView { text in
            let layout = try #require(NameAddrLayout(text))
            #expect(layout.tag(in: text)?.string == "yes")
            #expect(layout.parameterValue("Q", in: text)?.string == "\"0.5;x\"")
            #expect(layout.hasParameter("FLAG", in: text))
            #expect(layout.parameterValue("flag", in: text) == nil)
            #expect(!layout.hasParameter("x", in: text))
        }
        try "<sip:a@h>;tag=".withByteView { text in
            let layout = try #require(NameAddrLayout(text))
            #expect(layout.tag(in: text) == nil)
        }
    }

    @Test(
        "a value is written in the strict form",
        arguments: [
            ("sip:a@h;tag=1", "<sip:a@h>;tag=1"),
            ("Bob  Q <sip:a@h;lr> ; x", "\"Bob  Q\" <sip:a@h;lr>;x"),
            ("\"a\\\"b\\\\c\" <sip:a@h>", "\"a\\\"b\\\\c\" <sip:a@h>"),
            ("\"a\r\n b\" <sip:a@h>", "\"a   b\" <sip:a@h>"),
            ("\"\" <sip:a@h>", "<sip:a@h>"),
            ("<sip:a@h>;x=\"a b\";y=\"t\";z=[::1];e=\"\"", "<sip:a@h>;x=\"a b\";y=\"t\";z=[::1];e=\"\""),
            ("<sip:a@h>;x=a@b;b<d=1;y", "<sip:a@h>;x=\"a@b\";y"),
        ])
    func written(_ text: String, _ expected: String) throws {
        let value = try #require(NameAddr(text))
        #expect(value.description == expected)
        let writer = ByteWriter()
        value.append(to: writer)
        #expect(writer.view.string == expected)
        #expect(NameAddr(expected)?.description == expected)
    }

    @Test("parameters of a value are set, replaced and removed")
    func editing() throws {
        var value = NameAddr(display: "A \"B\"", uri: try #require(SIPURI("sip:a@h")))
        value.tag = "1"
        value[parameter: "expires"] = "60"
        value[parameter: "TAG"] = "2"
        #expect(value.description == "\"A \\\"B\\\"\" <sip:a@h>;TAG=2;expires=60")
        value.tag = nil
        #expect(value.description == "\"A \\\"B\\\"\" <sip:a@h>;expires=60")
        #expect(value[parameter: "Expires"] == "60")
        #expect(value.tag == nil)
    }

    @Test("parameters are equal in either case, but not quoted strings (§7.3.1)")
    func parameterEquality() {
        #expect(HeaderParameter("A", "B") == HeaderParameter("a", "b"))
        #expect(HeaderParameter("A", "B").hashValue == HeaderParameter("a", "b").hashValue)
        #expect(HeaderParameter("a", "B c") != HeaderParameter("a", "b c"))
        #expect(HeaderParameter("a") != HeaderParameter("a", ""))
        #expect(HeaderParameter("a") == HeaderParameter("A"))
    }
}
