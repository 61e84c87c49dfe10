import SIPSyntax
import Testing

@Suite("Canonical addresses-of-record (RFC 3261 §10.3 step 5)")
struct AddressOfRecordTests {
    @Test(
        "all spellings give one canonical text",
        arguments: [
            ("sip:alice@atlanta.com", "sip:alice@atlanta.com"),
            ("SIPS:%61lice@AtLanTa.CoM:5061;transport=tcp?a=b", "sip:alice@atlanta.com"),
            ("sip:Alice:secret@h", "sip:Alice@h"),
            ("sip:H;lr", "sip:h"),
            ("sip:a%3bb@h", "sip:a;b@h"),
            ("sip:a;b@h", "sip:a;b@h"),
            ("sip:a%40b@h", "sip:a%40b@h"),
            ("sip:a%3ab@h", "sip:a%3Ab@h"),
            ("sip:50%25@h", "sip:50%25@h"),
            ("sip:a%20%22%3c%3e@h", "sip:a%20%22%3C%3E@h"),
            ("sip:null-%00-%7f@h", "sip:null-%00-%7F@h"),
            ("sip:%2B1@h", "sip:+1@h"),
            ("sip:*21#@h", "sip:*21%23@h"),
            ("sip:jürgen@h", "sip:j%C3%BCrgen@h"),
            ("sip:j%c3%bcrgen@h", "sip:j%C3%BCrgen@h"),
            ("sip:u@[2001:DB8:0:0::1]", "sip:u@[2001:db8::1]"),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let address = try #require(AddressOfRecord(text))
        #expect(address.description == expected)
        #expect(AddressOfRecord(expected) == address)
        #expect(AddressOfRecord(uri: try #require(SIPURI(text))) == address)
        let writer = ByteWriter()
        try text.withByteView { text in
            let layout = try #require(URILayout(text))
            #expect(layout.appendAddressOfRecord(in: text, to: writer))
        }
        #expect(writer.view.string == expected)
    }

    @Test("tel and other URIs are no addresses-of-record", arguments: ["tel:+1", "urn:service:sos"])
    func refused(_ text: String) throws {
        #expect(AddressOfRecord(text) == nil)
        #expect(AddressOfRecord(uri: try #require(SIPURI(text))) == nil)
        try text.withByteView { text in
            let layout = try #require(URILayout(text))
            var out: [UInt8] = []
            #expect(!layout.appendAddressOfRecord(in: text, to: &out))
            #expect(out.isEmpty)
        }
    }

    @Test("user and host can be had apart")
    func parts() throws {
        let address = try #require(AddressOfRecord("sip:%c3%bc%40b@Host.example:99"))
        #expect(address.user == "ü@b")
        #expect(address.host == "host.example")
        let host = try #require(AddressOfRecord("sip:[::1]"))
        #expect(host.user == nil)
        #expect(host.host == "[::1]")
    }
}
