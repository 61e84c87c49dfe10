import SIPRegistrar
import Testing

@Suite("Events for handlers")
struct EventTests {
    let registrar = Registrar()

    @Test("nothing is kept until somebody wants it")
    func off() throws {
        try registrar.register("Contact: <sip:a@h>")
        #expect(registrar.table.takeEvents().isEmpty)
    }

    @Test("each change is told once, in order, with its reason")
    func told() throws {
        registrar.table.recordsEvents = true
        try registrar.register("Contact: <sip:a@h>, <sip:b@h>;expires=60", flow: Registrar.tcp(3))
        try registrar.register("Contact: <sip:a@h>", cseq: 2, flow: Registrar.tcp(3))
        try registrar.register("Contact: <sip:c@h>, <sip:d@h>", callID: "u")
        try registrar.register("Contact: <sip:c@h>;expires=0", callID: "u", cseq: 2)
        registrar.unregister("sip:d@h")
        registrar.now += 60
        registrar.sweep()
        registrar.table.connectionClosed(3)
        registrar.sweep()
        let events = registrar.table.takeEvents()
        #expect(
            events.map(\.kind) == [
                .registered, .registered, .refreshed, .registered, .registered, .unregistered(.requested),
                .unregistered(.unregistered), .unregistered(.expired), .unregistered(.connectionClosed),
            ])
        #expect(
            events.map { String($0.binding.contactText.dropFirst(4).prefix(1)) } == [
                "a", "b", "a", "c", "d", "c", "d", "b", "a",
            ])
        #expect(events.allSatisfy { $0.addressOfRecord == Array("sip:bob@example.com".utf8) })
        #expect(registrar.table.takeEvents().isEmpty)
    }

    @Test("queries, repeats and refusals are no events")
    func silent() throws {
        try registrar.register("Contact: <sip:a@h>", cseq: 4)
        registrar.table.recordsEvents = true
        try registrar.register()
        try registrar.register("Contact: <sip:a@h>", cseq: 4)
        #expect(try registrar.refusal("Contact: <sip:a@h>, <sip:b@h>", cseq: 3)?.status == 500)
        #expect(registrar.table.takeEvents().isEmpty)
    }

    @Test("events that nobody takes are dropped and counted")
    func dropped() throws {
        registrar.table.recordsEvents = true
        let request = try registrar.request("Contact: <sip:a@h>, <sip:b@h>, <sip:c@h>, <sip:d@h>")
        for user in 0..<16_500 { _ = try registrar.register(request, user: "u\(user)") }
        #expect(registrar.table.droppedEventCount == 66_000 - 65_536)
        #expect(registrar.table.takeEvents().count == 65_536)
    }
}
