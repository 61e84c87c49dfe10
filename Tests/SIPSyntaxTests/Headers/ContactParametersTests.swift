import SIPSyntax
import Testing

@Suite("Parameters of a Contact (RFC 3261 §10.2, RFC 5626 §4)")
struct ContactParametersTests {
    @Test("all that a registrar looks at is found in one pass")
    func all() throws {
        let text =
            "<sip:a@h;q=0.9>;Q=0.5;expires=3600;+sip.instance=\"<urn:uuid:00000000-0000>\";reg-id=2"
            + ";methods=\"INVITE,BYE\";q=1;other"
        try text.withByteView { text in
            let parameters = ContactParameters(try #require(NameAddrLayout(text)), in: text)
            #expect(parameters.q == QValue(thousandths: 500))
            #expect(parameters.expires == 3600)
            #expect(parameters.instance(in: text)?.string == "<urn:uuid:00000000-0000>")
            #expect(text[parameters.instance].string == "\"<urn:uuid:00000000-0000>\"")
            #expect(parameters.regID == 2)
            #expect(parameters.methods(in: text)?.string == "INVITE,BYE")
        }
    }

    @Test(
        "malformed values count as absent, but show that they were there",
        arguments: ["<sip:a@h>;expires=x;q=2;reg-id=0;methods;+sip.instance", "sip:a@h;expires=;q=;reg-id=4294967296"])
    func malformed(_ text: String) throws {
        try text.withByteView { text in
            let parameters = ContactParameters(try #require(NameAddrLayout(text)), in: text)
            #expect(parameters.q == nil)
            #expect(parameters.expires == nil)
            #expect(parameters.expiresRange.isPresent)
            #expect(parameters.regID == nil)
            #expect(parameters.instance(in: text) == nil)
            #expect(parameters.methods(in: text) == nil)
        }
    }

    @Test("an overlong or quoted number of seconds is taken (RFC 4475 §3.1.2.5)")
    func unusualExpires() throws {
        for (text, expected) in [("<sip:a@h>;expires=280297596632815", UInt32.max), ("<sip:a@h>;expires=\"60\"", 60)] {
            try text.withByteView { text in
                let parameters = ContactParameters(try #require(NameAddrLayout(text)), in: text)
                #expect(parameters.expires == expected)
            }
        }
    }
}
