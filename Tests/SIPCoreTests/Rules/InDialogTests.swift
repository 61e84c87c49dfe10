import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("What counts as in-dialog, and what strangers may not do")
struct InDialogTests {
    /// A policy that answers 407 to what is not proven to be in a dialog.
    private var guarded: PolicyScript {
        PolicyScript { request in
            if request.context.isInDialog { return request.relay() }
            if request.method == "ACK" { return request.relay() }
            if request.method == "REGISTER" { return request.register() }
            request.reply(407)
        }
    }

    @Test("a forged To tag makes an ordinary request, which is authenticated like any other (§16.4)")
    func forgedTag() {
        let world = World(guarded)
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", "sip:bob@example.com", toTag: "forged")
        world.advance(1)
        #expect(exchange.status == 407)
        world.expectNothingLeft()
    }

    @Test("a To tag and a Route with a made-up token prove nothing")
    func forgedToken() {
        let world = World(guarded)
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request(
            "BYE", "sip:bob@10.0.0.20",
            fields: [("Route", "<sip:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA@10.0.0.1:5060;lr>")], toTag: "forged")
        world.advance(1)
        #expect(exchange.status == 407)
        world.expectNothingLeft()
    }

    @Test("the token of one dialog does not open another one: it is bound to Call-ID and tag")
    func borrowedToken() throws {
        let script = PolicyScript { request in
            if request.context.isInDialog { return request.relay() }
            if request.method == "REGISTER" { return request.register() }
            guard request.method == "INVITE" else { return request.reply(407) }
            request.recordRoute()
            request.fork(request.registeredTargets())
        }
        let world = World(script)
        _ = world.registered("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        let route = try #require(call.routes.first)
        let exchange = alice.request(
            "MESSAGE", "sip:victim@10.0.0.20", fields: [("Route", route)], toTag: "forged")
        world.advance(1)
        #expect(exchange.status == 407)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("a preloaded Route of a stranger is refused 403 before the policy runs")
    func preloadedRoute() {
        var wasAsked = false
        let world = World(PolicyScript { _ in wasAsked = true })
        let relay = world.phone("relay", "10.0.0.99")
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", "sip:bob@example.com", fields: [("Route", "<sip:10.0.0.99;lr>")])
        world.advance(1)
        #expect(exchange.status == 403)
        #expect(!wasAsked)
        #expect(relay.received.isEmpty)
        world.expectNothingLeft()
    }

    @Test("a preloaded Route behind our own is refused too, and ours alone is no preload (§16.4)")
    func ownRoute() {
        let world = World(PolicyScript { $0.reply(480) })
        let alice = world.phone("alice", "10.0.0.10")
        let behind = alice.request(
            "MESSAGE", "sip:bob@example.com", fields: [("Route", "<sip:10.0.0.1;lr>, <sip:10.0.0.99;lr>")])
        let alone = alice.request("MESSAGE", "sip:bob@example.com", fields: [("Route", "<sip:10.0.0.1;lr>")])
        let byName = alice.request("MESSAGE", "sip:bob@example.com", fields: [("Route", "<sip:example.com;lr>")])
        world.advance(1)
        #expect(behind.status == 403)
        #expect(alone.status == 480)
        #expect(byName.status == 480)
        world.expectNothingLeft()
    }

    @Test("a trusted peer may preload a Route, and it is followed (§16.6 step 6)")
    func trustedPeer() {
        let world = World(PolicyScript { $0.relay() }) { $0.trustedPeers = ["10.0.0.10"] }
        let next = world.phone("next", "10.0.0.99")
        let peer = world.phone("peer", "10.0.0.10")
        let exchange = peer.request("MESSAGE", "sip:bob@elsewhere.net", fields: [("Route", "<sip:10.0.0.99;lr>")])
        world.advance(1)
        #expect(exchange.status == 200)
        #expect(next.last("MESSAGE")?.all("Route") == ["<sip:10.0.0.99;lr>"])
        world.expectNothingLeft()
    }

    @Test("an ACK that matches nothing is dropped and counted (§17.2.3)")
    func strayAck() {
        let world = World(PolicyScript { $0.relay() })
        let alice = world.phone("alice", "10.0.0.10")
        let bob = world.phone("bob", "10.0.0.20")
        alice.request("ACK", "sip:bob@10.0.0.20", toTag: "x")
        world.advance(40)
        #expect(bob.received.isEmpty)
        #expect(world.server.total(\.strayAcks) > 0)
        #expect(alice.received.isEmpty)
        world.expectNothingLeft()
    }

    @Test("responses with a branch that is not ours go nowhere (RFC 6026 §7.3)")
    func forgedResponse() {
        let world = World()
        let alice = world.phone("alice", "10.0.0.10")
        alice.sendRaw(
            """
            SIP/2.0 200 OK\r
            Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKforged\r
            Via: SIP/2.0/UDP 10.0.0.20:5060;branch=z9hG4bK2\r
            From: <sip:alice@example.com>;tag=1\r
            To: <sip:bob@example.com>;tag=2\r
            Call-ID: x\r
            CSeq: 1 INVITE\r
            Content-Length: 0\r\n\r\n
            """)
        world.advance(1)
        #expect(world.server.total(\.forgedBranches) == 1)
        #expect(world.network.packetCount == 1)
        world.expectNothingLeft()
    }
}
