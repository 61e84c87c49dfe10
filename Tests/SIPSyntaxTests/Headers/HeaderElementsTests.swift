import SIPSyntax
import Testing

@Suite("Elements and parameters of a header field (RFC 3261 §7.3.1)")
struct HeaderElementsTests {
    private func elements(_ text: String) -> [String] {
        text.withByteView { view in
            var out: [String] = []
            var iterator = HeaderElements(view)
            while let range = iterator.next() { out.append(view[range].string) }
            return out
        }
    }

    @Test(
        "a value is divided at its commas, but not in quotes or angle brackets",
        arguments: [
            ("", []), (" ", []), (",", []), (" , ,, ", []),
            ("a", ["a"]), ("a,b", ["a", "b"]), (" a , b ", ["a", "b"]), (",a,,b,", ["a", "b"]),
            ("a\r\n ,\r\n\tb", ["a", "b"]),
            ("\"a,b\" <sip:c,d@e>;x=\"f,g\", <sip:h>", ["\"a,b\" <sip:c,d@e>;x=\"f,g\"", "<sip:h>"]),
            ("\"a\\\",\" <sip:b>,c", ["\"a\\\",\" <sip:b>", "c"]),
            ("\"\\\\\",c", ["\"\\\\\"", "c"]),
            ("\"a,b", ["\"a,b"]), ("<a,b", ["<a,b"]), ("\"a\\", ["\"a\\"]),
            ("<sip:a\"b>,c", ["<sip:a\"b>", "c"]),
            ("100rel, timer ,path", ["100rel", "timer", "path"]),
            // RFC 4475 §3.1.1.1.
            (
                "SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   "
                    + "/ UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239",
                [
                    "SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8",
                    "SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239",
                ]
            ),
        ] as [(String, [String])])
    func divided(_ text: String, _ expected: [String]) {
        #expect(elements(text) == expected)
    }

    @Test("a value of more than 65,535 bytes has no elements")
    func tooLong() {
        #expect(elements(String(repeating: "a,", count: 32_768)).isEmpty)
        #expect(elements(String(repeating: "a,", count: 32_767)).count == 32_767)
    }

    @Test("isAtEnd tells whether another element comes")
    func atEnd() {
        "a, ,b ,, ".withByteView { view in
            var iterator = HeaderElements(view)
            #expect(!iterator.isAtEnd)
            _ = iterator.next()
            #expect(!iterator.isAtEnd)
            _ = iterator.next()
            #expect(iterator.isAtEnd)
        }
    }

    @Test(
        "parameters are found with white space, flags, quotes and empty ones among them",
        arguments: [
            ("", []), (";", []), (" ; ;; ", []), ("=", []), (";=x;a", ["a"]),
            ("a", ["a"]), (";a=b;c", ["a=b", "c"]), ("a=b;c=", ["a=b", "c="]),
            (" ; a = b\r\n ;\tc\r\n =\r\n d ", ["a=b", "c=d"]),
            ("a=\"x;y=\\\"z;\";b", ["a=\"x;y=\\\"z;\"", "b"]),
            ("a=b=c", ["a=b=c"]), ("a=[::1];b", ["a=[::1]", "b"]), ("a=\"open;b", ["a=\"open;b"]),
            ("a=\"x\"junk;b", ["a=\"x\"junk", "b"]),
        ] as [(String, [String])])
    func parameters(_ text: String, _ expected: [String]) {
        let found = text.withByteView { view in
            var out: [String] = []
            var iterator = ParameterIterator(text: view)
            while let parameter = iterator.next() {
                let name = view[parameter.name].string
                out.append(parameter.value.isPresent ? "\(name)=\(view[parameter.value].string)" : name)
            }
            return out
        }
        #expect(found == expected)
    }

    @Test(
        "quotes and backslashes are taken off a quoted string (§25.1)",
        arguments: [
            ("abc", "abc"), ("\"abc\"", "abc"), ("\"\"", ""), ("\"", "\""), ("", ""),
            ("\"a\\\"b\"", "a\"b"), ("\"\\\\\"", "\\"), ("\"a\\b\"", "ab"), ("a\\b", "a\\b"), ("\"a\\\"", "a\\"),
        ])
    func unquoting(_ text: String, _ expected: String) {
        #expect(text.withByteView { String(decoding: unquoted($0), as: UTF8.self) } == expected)
    }
}
