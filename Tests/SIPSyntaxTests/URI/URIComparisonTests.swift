import SIPSyntax
import Testing

@Suite("URI comparison (RFC 3261 §19.1.4, RFC 3966 §4)")
struct URIComparisonTests {
    @Test(
        "equivalent URIs are equal both ways and hash alike",
        arguments: [
            // RFC 3261 §19.1.4.
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
            ),
            // Schemes in either case, escapes with digits of either case, IPv6 addresses by value.
            ("sip:alice@atlanta.com", "SIP:alice@atlanta.com"),
            ("sip:a%3bb@h", "sip:a%3Bb@h"),
            ("sip:a:p%41ss@h", "sip:a:pAss@h"),
            ("sip:[2001:db8::1]", "sip:[2001:DB8:0:0::1]"),
            ("sip:h;%6cr=ON", "sip:h;lr=on"),
            ("sip:h?Subject=X", "sip:h?subject=x"),
            ("sip:h?a=1&a=2", "sip:h?a=2&a=1"),
            ("sip:h;;x;", "sip:h"),
            ("sip:h;maddr=239.1.1.1;ttl=15", "sip:h;ttl=15;maddr=239.1.1.1"),
            ("sips:u@h", "SIPS:u@H"),
            ("nobody:Knows", "NoBody:Knows"),
            // RFC 3966 §4.
            ("tel:+1-201-555-0123", "tel:+1.201.(555)0123"),
            ("tel:7042;phone-context=example.com;ext=1", "tel:70-42;EXT=1;Phone-Context=EXAMPLE.com"),
            ("tel:863-1234;phone-context=+1-914-555", "tel:8631234;phone-context=+1914555"),
            ("tel:1A2;phone-context=x", "tel:1a2;phone-context=X"),
            ("tel:+123;ext=1-2", "tel:+123;ext=12"),
        ])
    func equal(_ first: String, _ second: String) throws {
        let first = try #require(SIPURI(first))
        let second = try #require(SIPURI(second))
        #expect(first == second)
        #expect(second == first)
        #expect(first.hashValue == second.hashValue)
    }

    @Test(
        "URIs that differ are not equal, either way",
        arguments: [
            // RFC 3261 §19.1.4.
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
            ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
            // The rest of the rules, one by one.
            ("sip:a@h", "sips:a@h"),
            ("sip:a@h", "sip:h"),
            ("sip:a:p@h", "sip:a@h"),
            ("sip:a:p@h", "sip:a:P@h"),
            ("sip:a%3Bb@h", "sip:a;b@h"),
            ("sip:a@h;user=phone", "sip:a@h"),
            ("sip:a@h;ttl=1", "sip:a@h"),
            ("sip:a@h;method=INVITE", "sip:a@h"),
            ("sip:a@h;method=INVITE", "sip:a@h;method=invite"),
            ("sip:a@h;maddr=1.2.3.4", "sip:a@h"),
            ("sip:a@h;lr", "sip:a@h;lr=on"),
            ("sip:a@h;x=1;x=2", "sip:a@h;x=1"),
            ("sip:h?a=1", "sip:h?a=2"),
            ("sip:h?a=1&b=2", "sip:h?a=1"),
            ("sip:h?a=1&a=1", "sip:h?a=1"),
            ("sip:h?a=1&a=1&b=2", "sip:h?a=1&b=2&b=2"),
            ("sip:h?call-id=A", "sip:h?call-id=a"),
            ("sip:h?body=A", "sip:h?body=a"),
            ("sip:h?Contact=%22A%22", "sip:h?Contact=%22a%22"),
            ("sip:[2001:db8::1]", "sip:[2001:db8::2]"),
            ("sip:h:5060", "sip:h:5061"),
            ("nobody:Knows", "nobody:knows"),
            ("nobody:knows", "someone:knows"),
            ("tel:+123", "sip:+123@h"),
            // RFC 3966 §4.
            ("tel:+123", "tel:123"),
            ("tel:+123", "tel:+124"),
            ("tel:+123;ext=1", "tel:+123"),
            ("tel:+123;ext=1", "tel:+123;ext=2"),
            ("tel:1;phone-context=+1", "tel:1;phone-context=1"),
            ("tel:1;phone-context=a-b.example", "tel:1;phone-context=ab.example"),
        ])
    func different(_ first: String, _ second: String) throws {
        let first = try #require(SIPURI(first))
        let second = try #require(SIPURI(second))
        #expect(first != second)
        #expect(second != first)
    }

    @Test("every URI equals itself", arguments: URIParsingTests.vectors)
    func reflexive(_ vector: URIVector) throws {
        let uri = try #require(SIPURI(vector.text))
        #expect(uri == uri)
    }

    @Test("URIs with very many parameters or headers are equal only as the same bytes")
    func bounded() throws {
        for (start, separator) in [("sip:h;", ";"), ("sip:h?", "&"), ("tel:1;", ";")] {
            let names = (0..<9_000).map { "p\($0)" }
            let forward = try #require(SIPURI(start + names.joined(separator: separator)))
            let backward = try #require(SIPURI(start + names.reversed().joined(separator: separator)))
            #expect(forward == forward)
            #expect(forward != backward)
            let few = try #require(SIPURI(start + names.prefix(50).joined(separator: separator)))
            let fewBackward = try #require(SIPURI(start + names.prefix(50).reversed().joined(separator: separator)))
            #expect(few == fewBackward)
        }
    }
}
