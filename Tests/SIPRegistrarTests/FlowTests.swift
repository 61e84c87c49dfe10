import SIPRegistrar
import Testing

@Suite("Flows of one phone (RFC 5626), and connections that close")
struct FlowTests {
    let registrar = Registrar()
    let phone = "+sip.instance=\"<urn:uuid:a>\""

    @Test("the same instance and reg-id replace the binding, whatever the URI (RFC 5626 §6)")
    func replaced() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1:4001>;\(phone);reg-id=1", callID: "a1")
        let change = try registrar.register(
            "Contact: <sip:bob@192.0.2.1:4002>;+sip.instance=\"<URN:UUID:A>\";reg-id=1", callID: "b2")
        #expect(change.refreshed.count == 1 && change.added.isEmpty)
        #expect(registrar.contacts() == ["sip:bob@192.0.2.1:4002"])
    }

    @Test("two flows of one phone may have the same URI (RFC 5626 §4.2)")
    func twoFlows() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>;\(phone);reg-id=1", callID: "a1")
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;\(phone);reg-id=2", callID: "b2")
        #expect(change.current.count == 2)
        try registrar.register("Contact: <sip:bob@192.0.2.1>;\(phone);reg-id=2;expires=0", callID: "b2", cseq: 2)
        #expect(registrar.bindings()?.map(\.regID) == [1])
    }

    @Test("without a reg-id the URI decides (§10.3 step 7)")
    func instanceAlone() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>;\(phone)", callID: "a1")
        #expect(try registrar.register("Contact: <sip:bob@192.0.2.2>;\(phone)", callID: "b2").added.count == 1)
        #expect(try registrar.register("Contact: <sip:bob@192.0.2.2>;reg-id=1", callID: "c3").refreshed.count == 1)
    }

    @Test("an instance that could not be written back between quotes is passed over")
    func strangeInstance() throws {
        let change = try registrar.register(
            "Contact: <sip:bob@192.0.2.1>;+sip.instance=\"a\\\"b\";reg-id=1",
            "Contact: <sip:bob@192.0.2.2>;+sip.instance=a")
        #expect(change.current.allSatisfy { $0.instance.isEmpty && $0.regID == 0 })
    }

    @Test("a closed connection makes its bindings unreachable at once, and no others")
    func closed() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", callID: "a1", flow: Registrar.tcp(7))
        try registrar.register("Contact: <sip:bob@192.0.2.2>", callID: "b2", flow: Registrar.tcp(8))
        try registrar.register("Contact: <sip:bob@192.0.2.3>", callID: "c3")
        let before = try #require(registrar.bindings())
        registrar.table.connectionClosed(7)
        registrar.table.connectionClosed(0)
        #expect(Set(registrar.contacts() ?? []) == ["sip:bob@192.0.2.2", "sip:bob@192.0.2.3"])
        #expect(before.count == 3 && before.filter(\.isReachable).count == 2)
        registrar.table.connectionClosed(8)
        #expect(registrar.contacts() == ["sip:bob@192.0.2.3"])
    }

    @Test("a binding of a closed connection is reachable again when it is renewed over another")
    func renewed() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 1, flow: Registrar.tcp(7))
        registrar.table.connectionClosed(7)
        #expect(registrar.contacts() == [])
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 2, flow: Registrar.tcp(9))
        #expect(change.refreshed.count == 1)
        #expect(registrar.contacts() == ["sip:bob@192.0.2.1"])
        registrar.table.connectionClosed(7)
        #expect(registrar.contacts()?.count == 1)
    }

    @Test("a REGISTER that had waited when its connection closed is reachable no more after the last shard knows")
    func late() throws {
        registrar.table.connectionClosed(7)
        try registrar.register("Contact: <sip:bob@192.0.2.1>", flow: Registrar.tcp(7))
        registrar.table.connectionClosed(7)
        #expect(registrar.contacts() == [])
        try registrar.register("Contact: <sip:bob@192.0.2.1>", cseq: 2, flow: Registrar.tcp(7))
        #expect(registrar.contacts() == [])
    }

    @Test("bindings of closed connections take no place among the allowed contacts")
    func closedAreNotCounted() throws {
        registrar.rules.maxContacts = 1
        for connection in 1...5 as ClosedRange<UInt32> {
            let change = try registrar.register(
                "Contact: <sip:bob@192.0.2.1:\(4000 + connection);transport=tcp>", callID: "c\(connection)",
                flow: Registrar.tcp(connection))
            #expect(change.current.count == 1)
            #expect(change.removed.map(\.reason) == (connection == 1 ? [] : [.connectionClosed]))
            registrar.table.connectionClosed(connection)
        }
    }

    @Test("connections that no binding depends on any more are forgotten")
    func unusedConnections() throws {
        for connection in 1...5000 {
            try registrar.register(
                "Contact: <sip:bob@192.0.2.1>", cseq: connection, flow: Registrar.tcp(UInt32(connection)))
        }
        #expect(registrar.table.connectionCount <= 1025)
        registrar.table.connectionClosed(4999)
        #expect(registrar.contacts()?.count == 1)
        registrar.table.connectionClosed(5000)
        #expect(registrar.contacts() == [])
    }

    @Test("a binding with a Path does not depend on the connection that its REGISTER came by (RFC 3327)")
    func path() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>", "Path: <sip:edge;lr>", flow: Registrar.tcp(7))
        registrar.table.connectionClosed(7)
        #expect(registrar.contacts()?.count == 1)
    }
}
