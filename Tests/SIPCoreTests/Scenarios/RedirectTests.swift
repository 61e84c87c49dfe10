import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Recursion on redirects, when asked (§16.5, retry_3xx)")
struct RedirectTests {
    private func moved(_ world: World, to contacts: String) {
        let host = world.network.addHost("moved", ip: "10.0.0.5", server: world.server)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@10.0.0.5")
        host.expect("INVITE")?.reply(302, fields: [("Contact", contacts)])
        #expect(call.waitForFinal() == 200)
        call.bye()
        world.advance(1)
        world.expectNothingLeft()
    }

    @Test("the Contacts of a 302 are tried by their q, one after the other")
    func followed() {
        let world = World(forking(["sip:bob@10.0.0.5"], .with { $0.followsRedirects = true }))
        let first = world.phone("first", "10.0.0.20")
        first.behaviour = .rejects(486)
        let second = world.phone("second", "10.0.0.21")
        moved(world, to: "<sip:bob@10.0.0.21>;q=0.5, <sip:bob@10.0.0.20>;q=0.9")
        #expect(first.received.contains { $0.method == "INVITE" })
        #expect(second.received.contains { $0.method == "INVITE" })
    }

    @Test("without the option the 302 goes upstream")
    func passedOn() {
        let world = World(forking(["sip:bob@10.0.0.5"]))
        let host = world.network.addHost("moved", ip: "10.0.0.5", server: world.server)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@10.0.0.5")
        host.expect("INVITE")?.reply(302, fields: [("Contact", "<sip:bob@10.0.0.20>")])
        #expect(call.waitForFinal() == 302)
        world.expectNothingLeft()
    }
}
