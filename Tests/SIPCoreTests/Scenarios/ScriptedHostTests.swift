import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Hosts that a script answers for")
struct ScriptedHostTests {
    @Test("busy goes to voicemail, with a Diversion that says why")
    func voicemail() {
        let world = World(
            PolicyScript { request in
                if request.context.isInDialog { return request.relay() }
                request.recordRoute()
                request.fork(uris: ["sip:bob@10.0.0.20"]) { outcome in
                    guard outcome.status == 486 else { return }
                    let value = "<sip:bob@example.com>;reason=user-busy"
                    value.withByteView { request.context.message.setFirst(.diversion, to: $0) }
                    request.relay("sip:voicemail@10.0.0.5")
                }
            })
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .rejects(486)
        let host = world.network.addHost("voicemail", ip: "10.0.0.5", server: world.server)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        let incoming = host.expect("INVITE")
        #expect(incoming?.request["Diversion"]?.contains("user-busy") == true)
        incoming?.reply(200)
        #expect(call.waitForFinal() == 200)
        call.bye()
        host.expect("BYE")?.reply(200)
        world.advance(1)
        #expect(call.isEnded)
        #expect(host.expect("INFO", within: .seconds(1.0)) == nil)
        world.expectNothingLeft()
    }
}
