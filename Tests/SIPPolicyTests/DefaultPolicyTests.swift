import SIPPolicy
import SIPSyntax
import SIPTestKit
import Testing

@Suite("The policy that the server comes with")
struct DefaultPolicyTests {
    /// Config/policy.lua itself.
    static func office(
        settings: [String: PolicyValue] = [:], _ change: (inout ServerSetup) -> Void = { _ in }
    ) throws -> PolicyWorld {
        let path = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try #require(TextFile.read("/" + path + "/Config/policy.lua"))
        return try PolicyWorld(
            text, users: ["alice": "alice", "bob": "bob", "carol": "carol"], settings: settings, change)
    }

    @Test("a user registers with a password, and only with it (§10, §22)")
    func registers() throws {
        let world = try Self.office()
        let bob = world.registered("bob", "10.0.0.20")
        #expect(bob.receivedResponses("REGISTER").map(\.status) == [401, 200])
        let mallory = world.phone("bob", "10.0.0.66") { $0.password = "guess" }
        mallory.register()
        world.advance(1)
        #expect(mallory.receivedResponses("REGISTER").map(\.status) == [401, 401])
        world.expectNothingLeft()
    }

    @Test("one user calls another, and the server stays in the path until the end (§16)")
    func localCall() throws {
        let world = try Self.office()
        let bob = world.registered("bob", "10.0.0.20")
        let alice = world.registered("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(call.provisionals == [180])
        #expect(bob.calls.first?.isConfirmed == true)
        #expect(call.routes.count == 1)
        call.bye()
        world.advance(1)
        #expect(bob.calls.first?.isEnded == true)
        #expect(world.log.errors.isEmpty)
        world.expectNothingLeft()
    }

    private static let voicemail: [String: PolicyValue] = [
        "voicemail": .string("sip:voicemail@10.0.0.5"), "ring_time": .int(10),
    ]

    @Test("a password is asked of a user who calls, and a caller under somebody else's name is refused (§22)")
    func callerProves() throws {
        let world = try Self.office()
        let bob = world.registered("bob", "10.0.0.20")
        let thief = world.phone("alice", "10.0.0.66") { $0.password = "guess" }
        let call = thief.invite("sip:bob@example.com")
        let silent = world.phone("alice", "10.0.0.67").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 407)
        #expect(silent.final == 407)
        #expect(bob.calls.isEmpty)
        world.expectNothingLeft()
    }

    @Test("strangers may call users, and are relayed nowhere else")
    func noOpenRelay() throws {
        let world = try Self.office()
        let bob = world.registered("bob", "10.0.0.20")
        let victim = world.phone("victim", "192.0.2.1")
        let eve = world.phone("eve", "10.0.0.66") { $0.domain = "elsewhere.org" }
        let relayed = eve.invite("sip:victim@192.0.2.1")
        let message = eve.request("MESSAGE", "sip:victim@192.0.2.1")
        let allowed = eve.invite("sip:bob@example.com")
        world.advance(3)
        #expect(relayed.final == 407)
        #expect(message.status == 407)
        #expect(victim.received.isEmpty)
        #expect(allowed.final == 200)
        #expect(bob.calls.count == 1)
        allowed.bye()
        world.expectNothingLeft()
    }

    @Test("a forged To tag makes no dialog: the request is authenticated like any other, or answered 481")
    func forgedTag() throws {
        let world = try Self.office()
        let bob = world.registered("bob", "10.0.0.20")
        let victim = world.phone("victim", "192.0.2.1")
        let eve = world.phone("eve", "10.0.0.66") { $0.domain = "elsewhere.org" }
        let away = eve.request("MESSAGE", "sip:victim@192.0.2.1", toTag: "forged")
        let inward = eve.request("BYE", "sip:bob@example.com", toTag: "forged")
        let call = eve.invite("sip:victim@192.0.2.1", toTag: "forged")
        world.advance(3)
        #expect(away.status == 407)
        #expect(inward.status == 481)
        #expect(call.final == 407)
        #expect(victim.received.isEmpty)
        #expect(bob.receivedRequests("BYE").isEmpty)
        world.expectNothingLeft()
    }

    @Test("a preloaded Route of a stranger is 403 before the policy runs (§16.4)")
    func preloadedRoute() throws {
        let world = try Self.office()
        let victim = world.phone("victim", "192.0.2.1")
        let eve = world.phone("eve", "10.0.0.66") { $0.domain = "elsewhere.org" }
        let message = eve.request(
            "MESSAGE", "sip:bob@example.com", fields: [("Route", "<sip:10.0.0.1;lr>, <sip:192.0.2.1;lr>")])
        world.advance(1)
        #expect(message.status == 403)
        #expect(victim.received.isEmpty)
        #expect(world.counters.runs == 0)
    }

    @Test("a trusted peer needs no password, inward or outward")
    func trustedPeer() throws {
        let world = try Self.office { $0.trustedPeers = ["10.0.9.0/24"] }
        let bob = world.registered("bob", "10.0.0.20")
        let far = world.phone("far", "192.0.2.1")
        let trunk = world.phone("trunk", "10.0.9.1") { $0.domain = "carrier.net" }
        let inward = trunk.invite("sip:bob@example.com")
        let outward = trunk.invite("sip:far@192.0.2.1")
        world.advance(3)
        #expect(inward.final == 200)
        #expect(outward.final == 200)
        #expect(bob.calls.count == 1)
        #expect(far.calls.count == 1)
        inward.bye()
        outward.bye()
        world.expectNothingLeft()
    }

    @Test("a user with a password calls out into the world")
    func outward() throws {
        let world = try Self.office()
        let far = world.phone("far", "192.0.2.1")
        let alice = world.registered("alice", "10.0.0.10")
        let call = alice.invite("sip:far@192.0.2.1")
        world.advance(3)
        #expect(call.final == 200)
        #expect(far.last("INVITE")?["Proxy-Authorization"] == nil)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("a name that never registered is 404, a phone that is off 480 (§21.4)")
    func notThere() throws {
        let world = try Self.office()
        let alice = world.registered("alice", "10.0.0.10")
        let bob = world.registered("bob", "10.0.0.20")
        bob.register(expires: 0)
        world.advance(1)
        let unknown = alice.invite("sip:nobody@example.com")
        let off = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(unknown.final == 404)
        #expect(off.final == 480)
        world.expectNothingLeft()
    }

    @Test(
        "busy, no answer and switched off go to voicemail when it is configured",
        arguments: [("user-busy", true), ("no-answer", true), ("unavailable", true), ("user-busy", false)])
    func voicemail(why: String, isConfigured: Bool) throws {
        let world = try Self.office(settings: isConfigured ? Self.voicemail : [:])
        let box = world.phone("voicemail", "10.0.0.5")
        let alice = world.registered("alice", "10.0.0.10")
        let bob = world.registered("bob", "10.0.0.20")
        bob.behaviour = why == "no-answer" ? .ringsOn : .rejects(486)
        if why == "unavailable" { bob.register(expires: 0) }
        world.advance(1)
        let call = alice.invite("sip:bob@example.com")
        world.advance(15)
        #expect(call.final == (isConfigured ? 200 : 486))
        #expect(box.last("INVITE")?["Diversion"] == (isConfigured ? "<sip:bob@example.com>;reason=\(why)" : nil))
        if isConfigured { call.bye() }
        world.advance(1)
        #expect(box.calls.allSatisfy { $0.isEnded })
        world.expectNothingLeft()
    }

    @Test("all phones of a user ring, and one gets the call (§16.7)")
    func severalPhones() throws {
        let world = try Self.office()
        let alice = world.registered("alice", "10.0.0.10")
        let desk = world.registered("bob", "10.0.0.20", .ringsOn)
        let mobile = world.registered("bob", "10.0.0.21", .answers())
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(desk.calls.first?.isCancelled == true)
        #expect(mobile.calls.first?.isConfirmed == true)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("the caller gives up while it rings (§9)")
    func cancelled() throws {
        let world = try Self.office(settings: Self.voicemail)
        let box = world.phone("voicemail", "10.0.0.5")
        let alice = world.registered("alice", "10.0.0.10")
        let bob = world.registered("bob", "10.0.0.20", .ringsOn)
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        call.cancel()
        world.advance(2)
        #expect(call.final == 487)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(box.calls.isEmpty)
        world.expectNothingLeft()
    }

    @Test("a hundred calls over a network that loses 30 %: not one without an end, nothing left", arguments: [1, 2])
    func loss(seed: UInt64) throws {
        let world = try Self.office()
        let alice = world.registered("alice", "10.0.0.10")
        let bob = world.registered("bob", "10.0.0.20")
        world.network.conditions = LinkConditions(loss: 0.3)
        var calls: [PhoneCall] = []
        for _ in 0..<100 {
            calls.append(alice.invite("sip:bob@example.com"))
            world.advance(0.05)
        }
        world.advance(80)
        #expect(calls.allSatisfy { $0.isDecided })
        #expect(bob.calls.count > 50)
        world.network.conditions = LinkConditions()
        world.expectNothingLeft(after: 120)
    }
}
