import SIPRegistrar
import Testing

@Suite("Contact: * (§10.2.2, §10.3 step 6)")
struct RemoveAllTests {
    let registrar = Registrar()

    @Test("* with Expires: 0 removes all bindings (§10.2.2)")
    func removesAll() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>, <sip:bob@192.0.2.2>", callID: "a1")
        try registrar.register("Contact: <sip:bob@192.0.2.3>", callID: "b2")
        let change = try registrar.register("Contact: *", "Expires: 0", callID: "a1", cseq: 2)
        #expect(change.removed.count == 3 && change.current.isEmpty)
        #expect(registrar.contacts() == [])
        #expect(registrar.table.bindingCount == 0 && registrar.table.addressCount == 0)
    }

    @Test(
        "* with another Contact, or without Expires: 0, is 400 (§10.3 step 6)",
        arguments: [
            ["Contact: *"], ["Contact: *", "Expires: 60"], ["Contact: *", "Expires: zero"],
            ["Contact: *, <sip:bob@192.0.2.2>", "Expires: 0"], ["Contact: <sip:bob@192.0.2.2>, *", "Expires: 0"],
            ["Contact: *", "Contact: <sip:bob@192.0.2.2>", "Expires: 0"], ["Contact: *, *", "Expires: 0"],
            ["m: *"], ["Contact: *;expires=0", "Expires: 0"],
        ])
    func misused(_ lines: [String]) throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>")
        #expect(try registrar.refusal(lines.joined(separator: "\r\n"), callID: "b2")?.status == 400)
        #expect(registrar.contacts()?.count == 1)
    }

    @Test("* of the same Call-ID without a higher CSeq removes nothing (§10.3 step 6)")
    func outOfOrder() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.3>", callID: "b2", cseq: 1)
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "a1", cseq: 5)
        #expect(try registrar.refusal("Contact: *", "Expires: 0", callID: "a1", cseq: 5)?.status == 500)
        #expect(registrar.contacts()?.count == 2)
    }

    @Test("* where nothing is registered is accepted")
    func nothingThere() throws {
        let change = try registrar.register("Contact: *", "Expires: 0")
        #expect(change.isEmpty)
        #expect(registrar.contacts() == nil)
    }
}
