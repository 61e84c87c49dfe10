import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("CANCEL at each stage (§9, §16.10)")
struct CancelTests {
    @Test("after 180: the branch is cancelled, 487 goes up, 200 answers the CANCEL")
    func afterRinging() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", .ringsOn)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(1)
        #expect(call.cancelStatus == 200)
        #expect(call.final == 487)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(bob.receivedRequests("ACK").count == 1)
        #expect(world.script.outcomes.first?.isCancelled == true)
        #expect(world.script.outcomes.first?.isFinished == true)
        world.expectNothingLeft()
    }

    @Test("after 100 and before any provisional response of the callee: its CANCEL waits for one (§9.1)")
    func beforeRinging() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", PhoneBehaviour(rings: false))
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(1)
        #expect(call.cancelStatus == 200)
        #expect(bob.receivedRequests("CANCEL").isEmpty)
        bob.calls.first?.ring()
        world.advance(1)
        #expect(call.final == 487)
        #expect(bob.calls.first?.isCancelled == true)
        world.expectNothingLeft()
    }

    @Test("with a callee that says nothing at all: 487 when the branch's own timers end it")
    func deadCallee() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(5)
        #expect(call.final == 487)
        world.expectNothingLeft()
    }

    @Test("while the policy waits for something else: 487 at once, and the handler is told")
    func whileHandlerWaits() {
        var wasTold = false
        let world = World(
            PolicyScript { request in
                request.onCancel = { wasTold = true }
                request.hold()
            })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.tryingCount == 1)
        call.cancel()
        world.advance(1)
        #expect(call.final == 487)
        #expect(wasTold)
        world.expectNothingLeft()
    }

    @Test("crossing the 200: it goes upstream, and the outcome is both ok and cancelled")
    func crossingAnswer() throws {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", .ringsOn)
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        bob.calls.first?.answer(200)
        world.advance(0.004)
        call.cancel()
        world.advance(2)
        #expect(call.final == 200)
        #expect(call.cancelStatus == 200)
        let outcome = try #require(world.script.outcomes.first)
        #expect(outcome.isOK)
        call.bye()
        world.advance(1)
        #expect(bob.calls.first?.isEnded == true)
        world.expectNothingLeft()
    }

    @Test("the CANCEL reaches the server before the crossing 200 does: ok and cancelled")
    func cancelFirst() throws {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", .ringsOn)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(0.003)
        bob.calls.first?.answer(200)
        world.advance(2)
        #expect(call.final == 200)
        let outcome = try #require(world.script.outcomes.first)
        #expect(outcome.isOK && outcome.isCancelled && outcome.isFinished)
        #expect(bob.receivedRequests("CANCEL").count == 1)
        world.expectNothingLeft()
    }

    @Test("after the final response it changes nothing and is answered 200 (§9.2)")
    func afterAnswer() {
        let world = World()
        _ = world.registered("bob", "10.0.0.20", .answers(after: .zero))
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        let invite = call.invite!
        var fields = invite.fields.filter { ["Via", "From", "To", "Call-ID", "Max-Forwards"].contains($0.name) }
        fields.append(("CSeq", "1 CANCEL"))
        let cancel = PhoneMessage(startLine: "CANCEL \(invite.uri) SIP/2.0", fields: fields)
        alice.sendRaw(String(decoding: cancel.bytes, as: UTF8.self))
        world.advance(1)
        #expect(alice.statusOfLast("CANCEL") == 200)
        #expect(call.final == 200)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("one that names no INVITE is answered 481 (§9.2)")
    func withoutInvite() {
        let world = World()
        let alice = world.phone("alice", "10.0.0.10")
        alice.sendRaw(
            """
            CANCEL sip:bob@example.com SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bKnone\r
            From: <sip:alice@example.com>;tag=1\r
            To: <sip:bob@example.com>\r
            Call-ID: x\r
            CSeq: 1 CANCEL\r
            Content-Length: 0\r\n\r\n
            """)
        world.advance(1)
        #expect(alice.statusOfLast("CANCEL") == 481)
        world.expectNothingLeft()
    }

    @Test("a callee that ignores the CANCEL is given up after 64·T1 (§9.1)")
    func ignoredCancel() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20", .ringsOn)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        bob.isSilent = true
        call.cancel()
        world.advance(31)
        #expect(call.final == nil)
        world.advance(3)
        #expect(call.final == 487)
        world.expectNothingLeft()
    }

    @Test("every open branch of a fork is cancelled, and no further group is tried")
    func fork() {
        let script = forking(
            ["sip:bob0@10.0.0.20", "sip:bob1@10.0.0.21"],
            .with {
                $0.order = .serial
                $0.timeout = .seconds(20.0)
            })
        let world = World(script)
        let first = world.phone("bob0", "10.0.0.20")
        let second = world.phone("bob1", "10.0.0.21")
        first.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(1)
        #expect(call.final == 487)
        #expect(second.calls.isEmpty)
        world.expectNothingLeft()
    }

    @Test("while a name is being looked up: nothing is sent to it any more")
    func duringLookup() {
        let resolver = VirtualResolver()
        resolver.names["phones.example.net"] = [IPAddress("10.0.0.20")!]
        resolver.delay = .seconds(2.0)
        let world = World(forking(["sip:bob@phones.example.net"])) { $0.resolver = resolver }
        resolver.server = world.server
        let bob = world.phone("bob", "10.0.0.20")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        call.cancel()
        world.advance(3)
        #expect(call.final == 487)
        #expect(bob.calls.isEmpty)
        world.expectNothingLeft()
    }
}
