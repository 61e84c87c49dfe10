import SIPSyntax
import Testing

@Suite("Challenges and credentials (RFC 3261 §20.7, §20.44, §25.1)")
struct AuthenticationParametersTests {
    private func parameters(_ iterator: AuthenticationParameters) -> [String] {
        var iterator = iterator
        var out: [String] = []
        while let parameter = iterator.next() {
            out.append("\(iterator.text[parameter.name].string)=\(iterator.text[parameter.value].string)")
        }
        return out
    }

    @Test(
        "scheme and parameters are found",
        arguments: [
            (
                "Digest realm=\"atlanta.com\", domain=\"sip:boxesbybob.com\", qop=\"auth,auth-int\",\r\n nonce=\"f8\","
                    + " opaque=\"\", stale=FALSE, algorithm=MD5",
                "Digest",
                [
                    "realm=\"atlanta.com\"", "domain=\"sip:boxesbybob.com\"", "qop=\"auth,auth-int\"", "nonce=\"f8\"",
                    "opaque=\"\"", "stale=FALSE", "algorithm=MD5",
                ]
            ),
            ("  digest\tusername = \"a\\\"b,c\" ,nc=00000001", "digest", ["username=\"a\\\"b,c\"", "nc=00000001"]),
            ("Digest", "Digest", []), ("Digest ,, a=b,", "Digest", ["a=b"]), ("Digest a=,b", "Digest", ["a=", "b="]),
            ("Digest a=\"open,b=c", "Digest", ["a=\"open,b=c"]), ("NoOneKnows x=\"a=b\"", "NoOneKnows", ["x=\"a=b\""]),
            ("Basic dXNlcjpw==", "Basic", ["dXNlcjpw=="]),
        ] as [(String, String, [String])])
    func read(_ text: String, _ scheme: String, _ expected: [String]) throws {
        try text.withByteView { text in
            let iterator = try #require(AuthenticationParameters(text))
            #expect(iterator.schemeName.string == scheme)
            #expect(parameters(iterator) == expected)
        }
    }

    @Test("a value without a scheme is refused", arguments: ["", "  ", "realm=\"a\"", "\"Digest\" a=b", ",Digest a=b"])
    func refused(_ text: String) {
        text.withByteView { #expect(AuthenticationParameters($0) == nil) }
    }

    @Test("Authentication-Info has parameters and no scheme (§20.6)")
    func authenticationInfo() {
        "nextnonce=\"47\", qop=auth".withByteView { text in
            let iterator = AuthenticationParameters(withoutScheme: text)
            #expect(iterator.scheme.isAbsent)
            #expect(parameters(iterator) == ["nextnonce=\"47\"", "qop=auth"])
        }
    }

    @Test("a value is had by name in either case, without its quotes")
    func byName() throws {
        try "Digest Realm=\"a\\\"b\", qop=auth".withByteView { text in
            let iterator = try #require(AuthenticationParameters(text))
            let realm = try #require(iterator.value("realm"))
            #expect(realm.string == "a\\\"b")
            #expect(String(decoding: unescapedQuotedPairs(realm), as: UTF8.self) == "a\"b")
            #expect(iterator.value("QOP")?.string == "auth")
            #expect(iterator.value("nonce") == nil)
        }
    }
}
