import SIPRegistrar
import Testing

@Suite("Call-ID and CSeq ordering (§10.3 step 7)")
struct OrderingTests {
    let registrar = Registrar()

    @Test("a higher CSeq of the same Call-ID writes the binding again (§10.3 step 7)")
    func refresh() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 1)
        registrar.now += 100
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;q=0.5", cseq: 2)
        #expect(change.added.isEmpty && change.removed.isEmpty)
        #expect(change.refreshed == change.current)
        let binding = try #require(registrar.bindings()?.first)
        #expect(binding.cseq == 2 && binding.q == 500)
        #expect(binding.expiresAt == registrar.now + 3600 && binding.registeredAt == registrar.now)
    }

    @Test("a lower CSeq of the same Call-ID is refused with 500 and changes nothing (§10.3 step 7)")
    func outOfOrder() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 5)
        #expect(try registrar.refusal("Contact: <sip:bob@192.0.2.1>", cseq: 4)?.status == 500)
        #expect(try registrar.refusal("Contact: <sip:bob@192.0.2.1>;expires=0", cseq: 5)?.status == 500)
        #expect(registrar.bindings()?.map(\.cseq) == [5])
    }

    @Test("one contact out of order undoes the whole request (§10.3 step 7)")
    func allOrNothing() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "a1", cseq: 5)
        try registrar.register("Contact: <sip:bob@192.0.2.2>", callID: "b2", cseq: 5)
        let refusal = try registrar.refusal(
            "Contact: <sip:bob@192.0.2.9>", "Contact: <sip:bob@192.0.2.1>;expires=0",
            "Contact: <sip:bob@192.0.2.2>;q=0.1", callID: "b2", cseq: 4)
        #expect(refusal?.status == 500)
        #expect(Set(registrar.contacts() ?? []) == ["sip:bob@192.0.2.1", "sip:bob@192.0.2.2"])
    }

    @Test("another Call-ID updates or removes the binding whatever the CSeq (§10.3 step 7)")
    func otherCallID() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "a1", cseq: 50)
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "b2", cseq: 1)
        #expect(registrar.bindings()?.map(\.cseq) == [1])
        try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=0", callID: "c3", cseq: 1)
        #expect(registrar.contacts() == [])
    }

    @Test("Call-IDs are compared byte by byte (§20.8)")
    func callIDCase() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "abc", cseq: 5)
        #expect(try registrar.refusal("Contact: <sip:bob@192.0.2.1>", callID: "ABC", cseq: 5) == nil)
    }

    @Test("the same Call-ID and CSeq asking for what is there already is accepted and writes nothing")
    func repeated() throws {
        let first = try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=600", "Path: <sip:p;lr>", cseq: 7)
        registrar.now += 3
        let second = try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=600", "Path: <sip:p;lr>", cseq: 7)
        #expect(second.isEmpty)
        #expect(second.current == first.current)
    }

    @Test(
        "the same Call-ID and CSeq asking for something else is out of order (§10.3 step 7)",
        arguments: [
            "<sip:bob@192.0.2.1>;expires=601", "<sip:bob@192.0.2.1>;expires=600;q=0.5",
            "<sip:bob@192.0.2.1>;expires=0", "<sip:bob@192.0.2.1;x=1>;expires=600",
        ])
    func repeatedOtherwise(_ contact: String) throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=600", cseq: 7)
        #expect(try registrar.refusal("Contact: \(contact)", cseq: 7)?.status == 500)
    }

    @Test("a repeat from another place is out of order: the binding would lead there")
    func repeatedFromElsewhere() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 7)
        #expect(try registrar.refusal("Contact: <sip:bob@192.0.2.1>", cseq: 7, flow: Registrar.tcp(3))?.status == 500)
    }

    @Test("a binding that ran out holds up no older CSeq")
    func expiredIsForgotten() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=60", cseq: 7)
        registrar.now += 60
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=60", cseq: 3)
        #expect(change.added.count == 1)
        #expect(change.removed.map(\.reason) == [.expired])
    }

    @Test("a contact named twice in one request counts once, the last time")
    func namedTwice() throws {
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;q=0.1, <sip:bob@192.0.2.1>;q=0.9")
        #expect(change.added.map(\.q) == [900] && change.current == change.added)
        let gone = try registrar.register("Contact: <sip:bob@192.0.2.1>, <sip:bob@192.0.2.1>;expires=0", cseq: 2)
        #expect(gone.current.isEmpty && gone.refreshed.isEmpty)
        #expect(gone.removed.count == 1)
        let nothing = try registrar.register("Contact: <sip:x@192.0.2.1>, <sip:x@192.0.2.1>;expires=0", cseq: 3)
        #expect(nothing.isEmpty && nothing.current.isEmpty)
    }
}
