import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("A call through the server")
struct CallTests {
    @Test("a registered phone is called, answers and is hung up on (§13, §16)")
    func plainCall() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.tryingCount == 1)
        #expect(call.provisionals == [180])
        #expect(call.final == 200)
        #expect(call.acceptedCount == 1)
        #expect(bob.calls.count == 1)
        #expect(bob.calls.first?.ackCount == 1)
        call.bye()
        world.advance(1)
        #expect(call.isEnded)
        #expect(bob.calls.first?.isEnded == true)
        #expect(alice.statusOfLast("BYE") == 200)
        world.expectNothingLeft()
    }

    @Test("the callee hangs up along the route set, in the other direction (§12.2, §16.12)")
    func calleeHangsUp() throws {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        let taken = try #require(bob.calls.first)
        #expect(taken.routes.count == 1)
        taken.bye()
        world.advance(1)
        #expect(taken.statuses["BYE"] == 200)
        #expect(call.isEnded)
        world.expectNothingLeft()
    }

    @Test("re-INVITE and BYE follow the route set in both directions (§16.4, §16.12)")
    func reinvite() throws {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        let taken = try #require(bob.calls.first)
        call.request("INVITE")
        world.advance(1)
        #expect(call.statuses["INVITE"] == 200)
        #expect(taken.ackCount == 2)
        taken.request("INVITE")
        world.advance(1)
        #expect(taken.statuses["INVITE"] == 200)
        call.request("INFO")
        world.advance(1)
        #expect(call.statuses["INFO"] == 200)
        call.bye()
        world.advance(1)
        #expect(taken.isEnded)
        // No Route of ours is left in what the phones get.
        for method in ["INVITE", "BYE", "INFO", "ACK"] {
            #expect(bob.last(method)?.all("Route").isEmpty == true, "\(method)")
        }
        world.expectNothingLeft()
    }

    @Test("nobody is registered: 404, and the ACK stays here (§17.1.1.3)")
    func unknownCallee() {
        let world = World()
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 404)
        world.expectNothingLeft()
    }

    @Test("busy: 486 comes through with the callee's tag (§16.7)")
    func busy() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", .rejects(486))
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 486)
        #expect(call.finalResponse?.toTag == bob.calls.first?.localTag)
        #expect(bob.receivedRequests("ACK").count == 1)
        world.expectNothingLeft()
    }

    @Test("TCP on both sides: connections are used again, nothing is repeated (§18)")
    func overTCP() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20") { $0.transport = .tcp }
        let alice = world.phone("alice", "10.0.0.10") { $0.transport = .tcp }
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        call.bye()
        world.advance(1)
        #expect(bob.calls.first?.isEnded == true)
        #expect(world.network.openConnections(of: world.server).count == 2)
        #expect(bob.receivedRequests("INVITE").count == 1)
        world.expectNothingLeft()
    }

    @Test("between UDP and TCP two Record-Route values bring each side back by its own transport (RFC 5658 §3)")
    func doubleRecordRoute() throws {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20") { $0.transport = .tcp }
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        let taken = try #require(bob.calls.first)
        #expect(taken.routes.count == 2)
        #expect(call.routes.first?.contains("transport=tcp") == false)
        #expect(taken.routes.first?.contains("transport=tcp") == true)
        #expect(taken.ackCount == 1)
        taken.request("INFO")
        world.advance(1)
        #expect(taken.statuses["INFO"] == 200)
        #expect(alice.last("INFO")?.all("Via").first?.hasPrefix("SIP/2.0/UDP") == true)
        call.bye()
        world.advance(1)
        #expect(taken.isEnded)
        #expect(bob.last("BYE")?.all("Via").first?.hasPrefix("SIP/2.0/TCP") == true)
        world.expectNothingLeft()
    }

    @Test("phones behind NAT are reached where they registered from, in the dialog too (RFC 3581, RFC 5626 §5)")
    func behindNAT() throws {
        let world = World()
        let bob = world.registered("bob", "192.168.1.2") { $0.publicIP = "10.0.0.20" }
        let alice = world.phone("alice", "192.168.7.7") { $0.publicIP = "10.0.0.10" }
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        let taken = try #require(bob.calls.first)
        #expect(taken.ackCount == 1)
        taken.request("INFO")
        call.request("UPDATE")
        world.advance(1)
        #expect(taken.statuses["INFO"] == 200)
        #expect(call.statuses["UPDATE"] == 200)
        taken.bye()
        world.advance(1)
        #expect(call.isEnded)
        world.expectNothingLeft()
    }

    @Test("without Record-Route the dialog goes on without the server, whose ACK match lets one ACK through")
    func withoutRecordRoute() throws {
        let world = World(forking(["sip:bob@10.0.0.20"], recordRoutes: false))
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.routes.isEmpty)
        #expect(bob.calls.first?.ackCount == 1)
        call.bye()
        world.advance(1)
        #expect(bob.last("BYE")?.all("Via").count == 1)
        #expect(bob.calls.first?.isEnded == true)
        world.expectNothingLeft()
    }

    @Test("IPv6 phones call each other (§25.1, IPv6reference)")
    func overIPv6() {
        let world = World { $0.ip = IPAddress("2001:db8::1")! }
        let bob = world.registered("bob", "2001:db8::20")
        let alice = world.phone("alice", "2001:db8::10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        call.bye()
        world.advance(1)
        #expect(bob.calls.first?.isEnded == true)
        world.expectNothingLeft()
    }
}

extension VirtualPhone {
    /// The status of the last final response to a method.
    func statusOfLast(_ method: String) -> Int? {
        receivedResponses(method).last { $0.status >= 200 }?.status
    }
}
