import SIPRegistrar
import Testing

@Suite("What a Contact is and which are the same (§10.2.1, §19.1.4)")
struct ContactTests {
    let registrar = Registrar()

    @Test("contacts come from several fields and values, long and compact (§7.3.1)")
    func severalFields() throws {
        try registrar.register(
            "Contact: \"Bob, the one\" <sip:bob@192.0.2.1>;q=0.9, sip:bob@192.0.2.2;q=0.8", "m: <tel:+15551234>;q=0.7",
            "CONTACT: <mailto:bob@example.com>;q=0.6")
        #expect(
            registrar.contacts() == [
                "sip:bob@192.0.2.1", "sip:bob@192.0.2.2", "tel:+15551234", "mailto:bob@example.com",
            ])
    }

    @Test(
        "equal URIs are one binding, with the text of the last (§19.1.4)",
        arguments: [
            ("sip:bob@Host.example.com", "sip:bob@host.EXAMPLE.com"), ("sip:%62ob@192.0.2.1", "sip:bob@192.0.2.1"),
            ("sip:bob@[2001:db8::1]", "sip:bob@[2001:DB8:0::1]"), ("sip:bob@192.0.2.1;x=1", "sip:bob@192.0.2.1"),
            ("sip:bob@192.0.2.1;transport=TCP", "sip:bob@192.0.2.1;transport=tcp"),
            ("tel:+1-555-1234", "tel:+15551234"), ("mailto:bob@example.com", "MAILTO:bob@example.com"),
        ])
    func equal(_ first: String, _ second: String) throws {
        try registrar.register("Contact: <\(first)>", cseq: 1)
        let change = try registrar.register("Contact: <\(second)>", cseq: 2)
        #expect(change.refreshed.count == 1 && change.added.isEmpty)
        #expect(registrar.contacts() == [second])
    }

    @Test(
        "different URIs are different bindings (§19.1.4)",
        arguments: [
            ("sip:bob@192.0.2.1", "sip:Bob@192.0.2.1"), ("sip:bob@192.0.2.1", "sip:bob@192.0.2.1:5060"),
            ("sip:bob@192.0.2.1", "sips:bob@192.0.2.1"), ("sip:bob@192.0.2.1;x=1", "sip:bob@192.0.2.1;x=2"),
            ("sip:bob@192.0.2.1", "sip:bob@192.0.2.1;transport=tcp"), ("mailto:bob@a", "mailto:Bob@a"),
        ])
    func different(_ first: String, _ second: String) throws {
        try registrar.register("Contact: <\(first)>", cseq: 1)
        let change = try registrar.register("Contact: <\(second)>", cseq: 2)
        #expect(change.added.count == 1 && change.current.count == 2)
    }

    @Test(
        "a malformed Contact is 400 and nothing of the request is done (§10.3)",
        arguments: ["<sip:>", "<>", "bob", "<sip:bob@192.0.2.1", "\"Bob <sip:bob@192.0.2.1>", "<sip:bob@192.0.2.1>x"])
    func malformed(_ contact: String) throws {
        let refusal = try registrar.refusal("Contact: <sip:ok@192.0.2.1>", "Contact: \(contact)")
        #expect(refusal?.status == 400)
        #expect(refusal?.reason.description == "Malformed Contact")
        #expect(registrar.contacts() == nil)
    }

    @Test("a malformed CSeq is 400")
    func malformedCSeq() throws {
        let refusal = try registrar.refusal("Contact: <sip:bob@192.0.2.1>", cseq: 99_999_999_999)
        #expect(refusal?.status == 400 && refusal?.reason.description == "Malformed CSeq")
    }

    @Test("a Contact that would fill the memory is 400")
    func tooLong() throws {
        let long = String(repeating: "x", count: 8200)
        #expect(try registrar.refusal("Contact: <sip:\(long)@192.0.2.1>")?.status == 400)
        #expect(try registrar.refusal("Contact: <sip:b@192.0.2.1>;+sip.instance=\"\(long)\"")?.status == 400)
        #expect(try registrar.refusal("Contact: <sip:b@192.0.2.1>", "Path: <sip:\(long)@h;lr>")?.status == 400)
    }

    @Test("a binding keeps what was registered (§10.3 step 7, RFC 5626 §4, RFC 3840 §9)")
    func kept() throws {
        try registrar.register(
            "Contact: <sip:bob@192.0.2.1>;q=0.25;+sip.instance=\"<urn:uuid:00>\";reg-id=3;methods=\"INVITE,BYE\"",
            "User-Agent: Phone/1.0", "Path: <sip:p1;lr>,  <sip:p2;lr>", "Path: <sips:p3;lr>", callID: "Q", cseq: 9,
            flow: Registrar.tcp(4))
        let binding = try #require(registrar.bindings()?.first)
        #expect(
            binding
                == Binding(
                    contact: Array("sip:bob@192.0.2.1".utf8), q: 250, expiresAt: registrar.now + 3600,
                    callID: Array("Q".utf8), cseq: 9, path: Array("<sip:p1;lr>,<sip:p2;lr>,<sips:p3;lr>".utf8),
                    flow: Registrar.tcp(4), instance: Array("<urn:uuid:00>".utf8), regID: 3,
                    userAgent: Array("Phone/1.0".utf8), methods: Array("INVITE,BYE".utf8),
                    registeredAt: registrar.now))
        #expect(String(decoding: binding.userAgent, as: UTF8.self) == "Phone/1.0")
        #expect(String(decoding: binding.methods, as: UTF8.self) == "INVITE,BYE")
        #expect(binding.hasPath && binding.flow == Registrar.tcp(4))
    }

    @Test("a binding without the optional parts has empty ones, and a q of 1 (§10.2.1.2)")
    func optional() throws {
        let binding = try #require(try registrar.register("Contact: sip:bob@192.0.2.1").current.first)
        #expect(binding.q == 1000 && binding.regID == 0 && !binding.hasPath)
        #expect([binding.path, binding.instance, binding.userAgent, binding.methods] == [[], [], [], []])
    }

    @Test(
        "a Path that could not become a Route is 400 (RFC 3327 §4)",
        arguments: ["sip:p;lr", "<tel:+1>", "<sip:p;lr", "<>", "<sip:p;lr>, x"])
    func malformedPath(_ path: String) throws {
        let refusal = try registrar.refusal("Contact: <sip:bob@192.0.2.1>", "Path: \(path)")
        #expect(refusal?.reason.description == "Malformed Path")
    }
}
