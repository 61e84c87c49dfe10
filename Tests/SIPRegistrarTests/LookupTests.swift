import SIPRegistrar
import SIPSyntax
import SIPTokens
import Testing

@Suite("Looking up, querying, and the answer (§10.2.3, §10.3 step 8)")
struct LookupTests {
    let registrar = Registrar()

    @Test("an address-of-record that was never registered is unknown, one without bindings is not")
    func unknown() throws {
        #expect(registrar.bindings() == nil)
        try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=60")
        #expect(registrar.bindings("alice") == nil)
        registrar.now += 60
        #expect(registrar.bindings() == [])
        #expect(registrar.sweep() == 1)
        #expect(registrar.bindings() == [])
    }

    @Test("contacts come by q, and the latest first among equals (§10.2.1.2)")
    func order() throws {
        try registrar.register("Contact: <sip:a@h>;q=0.5, <sip:b@h>;q=0.5", callID: "1")
        registrar.now += 1
        try registrar.register("Contact: <sip:c@h>;q=0.5", callID: "2")
        registrar.now += 1
        try registrar.register("Contact: <sip:d@h>", callID: "3")
        registrar.now += 1
        try registrar.register("Contact: <sip:e@h>;q=0", callID: "4")
        #expect(registrar.contacts() == ["sip:d@h", "sip:c@h", "sip:a@h", "sip:b@h", "sip:e@h"])
        registrar.now += 1
        try registrar.register("Contact: <sip:b@h>;q=0.5", callID: "1", cseq: 2)
        #expect(registrar.contacts() == ["sip:d@h", "sip:b@h", "sip:c@h", "sip:a@h", "sip:e@h"])
    }

    @Test("a REGISTER without Contact changes nothing and answers what is registered (§10.2.3)")
    func query() throws {
        #expect(try registrar.register().current.isEmpty)
        #expect(registrar.contacts() == nil)
        let first = try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 9)
        let change = try registrar.register(cseq: 1)
        #expect(change.isEmpty && change.current == first.current)
        #expect(try registrar.request().isQuery)
        #expect(try registrar.request("Contact: *", "Expires: 0").isQuery == false)
    }

    @Test("the answer has a Contact line for each binding with the seconds that are left (§10.3 step 8)")
    func contactLines() throws {
        try registrar.register(
            "Contact: <sip:bob@192.0.2.1;x=1>;expires=600;+sip.instance=\"<urn:uuid:a>\";reg-id=2", callID: "a")
        registrar.now += 10
        let change = try registrar.register("Contact: \"B\" <tel:+1555>;q=0.25", callID: "b")
        #expect(
            change.contactLines(now: registrar.now) == [
                "Contact: <sip:bob@192.0.2.1;x=1>;expires=590;+sip.instance=\"<urn:uuid:a>\";reg-id=2",
                "Contact: <tel:+1555>;expires=3600;q=0.25",
            ])
        #expect(change.contactLines(now: registrar.now + 9999)[1] == "Contact: <tel:+1555>;expires=0;q=0.25")
    }

    @Test("the answer repeats the Path (RFC 3327 §5.3)")
    func pathLine() throws {
        let writer = ByteWriter()
        try registrar.register("Contact: <sip:a@h>").writePath(to: writer)
        #expect(writer.count == 0)
        try registrar.register("Contact: <sip:a@h>", "Path: <sip:p;lr>", "Path: <sip:q;lr>", cseq: 2)
            .writePath(to: writer)
        #expect(writer.view.string == "Path: <sip:p;lr>,<sip:q;lr>\r\n")
    }

    @Test("more contacts than allowed are 403, and nothing of the request is done")
    func limit() throws {
        registrar.rules.maxContacts = 2
        try registrar.register("Contact: <sip:a@h>, <sip:b@h>")
        #expect(try registrar.refusal("Contact: <sip:c@h>", cseq: 2)?.status == 403)
        #expect(try registrar.refusal("Contact: <sip:a@h>;q=0.1, <sip:c@h>", cseq: 2)?.status == 403)
        #expect(registrar.bindings()?.map(\.cseq) == [1, 1])
        // A place that one request frees is there for it, in any order.
        try registrar.register("Contact: <sip:c@h>, <sip:a@h>;expires=0", cseq: 2)
        #expect(Set(registrar.contacts() ?? []) == ["sip:b@h", "sip:c@h"])
    }

    @Test("bindings from before the limit was lowered can still be renewed and removed")
    func loweredLimit() throws {
        try registrar.register("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>")
        registrar.rules.maxContacts = 1
        #expect(try registrar.register("Contact: <sip:a@h>", cseq: 2).refreshed.count == 1)
        #expect(try registrar.register("Contact: <sip:b@h>;expires=0", cseq: 3).removed.count == 1)
    }

    @Test("a request with thousands of contacts is refused before they are compared")
    func flood() throws {
        let many = (0..<1500).map { "<sip:\($0)@h>;expires=0" }.joined(separator: ",")
        #expect(try registrar.refusal("Contact: \(many)")?.status == 403)
    }

    @Test("unregister removes one contact by URI equality, or all, and counts them")
    func unregister() throws {
        #expect(registrar.unregister() == 0)
        try registrar.register("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>")
        #expect(registrar.unregister("sip:%61@H") == 1)
        #expect(registrar.unregister("sip:a@h") == 0)
        #expect(registrar.unregister("not a URI") == 0)
        #expect(registrar.contacts() == ["sip:b@h", "sip:c@h"])
        #expect(registrar.unregister() == 2)
        #expect(registrar.contacts() == [])
    }

    @Test("what was looked up stays as it was seen")
    func snapshot() throws {
        try registrar.register("Contact: <sip:a@h>;q=0.5")
        let seen = try #require(registrar.bindings())
        try registrar.register("Contact: <sip:a@h>;q=0.7, <sip:b@h>", cseq: 2)
        #expect(seen.map(\.q) == [500] && seen.map(\.cseq) == [1])
    }
}
