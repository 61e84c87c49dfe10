import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Timers of the proxy")
struct TimingTests {
    @Test("100 Trying when the policy takes over 200 ms (§17.2.1)")
    func trying() {
        let world = World(PolicyScript { $0.hold(says: false) })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(0.190)
        #expect(call.tryingCount == 0)
        world.advance(0.1)
        #expect(call.tryingCount == 1)
        world.script.endAll(on: world.server)
        world.advance(1)
        #expect(call.final == 500)
        world.expectNothingLeft()
    }

    @Test("no 100 when the policy answers in time")
    func noTrying() {
        let world = World(PolicyScript { $0.reply(486) })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.tryingCount == 0)
        #expect(call.final == 486)
        world.expectNothingLeft()
    }

    @Test("a handler that decides nothing is answered 500 and counted")
    func noDecision() {
        let world = World(PolicyScript { _ in })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 500)
        #expect(world.server.total(\.noDecision) == 1)
        world.expectNothingLeft()
    }

    @Test("Timer C: a branch that rings for more than three minutes is cancelled (§16.8)")
    func timerC() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(180)
        #expect(call.final == nil)
        world.advance(3)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("Timer C runs although dead_after is longer than 64·T1, and a provisional response sets it again")
    func timerCWithLongDeadAfter() {
        let world = World(forking(["sip:bob@10.0.0.20"], .with { $0.deadAfter = .seconds(60.0) }))
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(100)
        bob.calls.first?.ring()
        world.advance(100)
        #expect(call.final == nil)
        world.advance(90)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("the longest ringing bounds a phone that says 180 again and again")
    func maximumRinging() {
        let world = World(forking(["sip:bob@10.0.0.20"])) { setup in
            setup.configure = { $0.maximumRinging = .seconds(120.0) }
        }
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        for _ in 0..<13 {
            bob.calls.first?.ring()
            world.advance(10)
        }
        #expect(bob.calls.first?.isCancelled == true)
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("dead_after moves on to the next address of a name (RFC 3263 §4.3)")
    func nextAddress() {
        let resolver = VirtualResolver()
        resolver.names["phones.example.net"] = [IPAddress("10.0.0.20")!, IPAddress("10.0.0.21")!]
        let world = World(forking(["sip:bob@phones.example.net"])) { $0.resolver = resolver }
        resolver.server = world.server
        let alive = world.phone("bob", "10.0.0.21")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(7)
        #expect(call.final == 200)
        #expect(alive.calls.count == 1)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("Timer B of the address that was given up does not end the one that rings since (§17.1.1.2)")
    func abandonedTimer() {
        let resolver = VirtualResolver()
        resolver.names["phones.example.net"] = [IPAddress("10.0.0.20")!, IPAddress("10.0.0.21")!]
        let world = World(forking(["sip:bob@phones.example.net"])) { $0.resolver = resolver }
        resolver.server = world.server
        let second = world.phone("bob", "10.0.0.21")
        second.behaviour = .answers(after: .seconds(40.0))
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(50)
        #expect(call.final == 200)
        #expect(second.calls.first?.isCancelled == false)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("a 2xx of the address that was given up goes up, and the address tried meanwhile is cancelled")
    func lateSuccess() {
        let resolver = VirtualResolver()
        resolver.names["phones.example.net"] = [IPAddress("10.0.0.20")!, IPAddress("10.0.0.21")!]
        let world = World(forking(["sip:bob@phones.example.net"])) { $0.resolver = resolver }
        resolver.server = world.server
        let slow = world.phone("bob", "10.0.0.20")
        slow.behaviour = PhoneBehaviour(rings: false)
        let second = world.phone("bob", "10.0.0.21")
        second.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(6)
        #expect(second.calls.count == 1)
        slow.calls.first?.answer(200)
        world.advance(1)
        #expect(call.final == 200)
        #expect(slow.calls.first?.ackCount == 1)
        #expect(second.calls.first?.isCancelled == true)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("a late 2xx after dead_after ended the only branch goes up although 408 went before (§16.7 step 5)")
    func successAfterFailure() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = PhoneBehaviour(rings: false)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(6)
        #expect(call.final == 408)
        bob.calls.first?.answer(200)
        world.advance(1)
        #expect(call.acceptedCount == 1)
        world.expectNothingLeft()
    }

    @Test("a 2xx that is sent again goes up again while the transaction is in Accepted (RFC 6026 §7)")
    func repeatedSuccess() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .rejects(200)
        let alice = world.phone("alice", "10.0.0.10")
        // The ACKs to bob are lost, so he repeats.
        world.network.tap = { bytes, packet in
            guard bytes.starts(with: "ACK".utf8), packet.source.ip == IPAddress("10.0.0.1") else { return }
            world.network.setConditions(LinkConditions(loss: 1), between: packet.source.ip, and: packet.destination.ip)
            world.network.schedule(after: .milliseconds(1)) {
                world.network.setConditions(LinkConditions(), between: packet.source.ip, and: packet.destination.ip)
            }
        }
        let call = alice.invite("sip:bob@example.com")
        world.advance(10)
        #expect(call.final == 200)
        #expect(call.acceptedCount >= 4)
        #expect(call.acceptedTags.count == 1)
        world.network.tap = nil
        world.expectNothingLeft(after: 70)
    }

    @Test("503 is never passed on as 503 (§16.7 step 6)")
    func unavailable() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        world.phone("bob", "10.0.0.20").behaviour = .rejects(503)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 500)
        world.expectNothingLeft()
    }

    @Test("nobody answers at all: 408 when dead_after is over")
    func deadTarget() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3.9)
        #expect(call.final == nil)
        world.advance(1)
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("a failing handler cancels what rings, and 500 goes up whole")
    func failingHandler() {
        let world = World(
            PolicyScript { request in
                request.recordRoute()
                request.fork(uris: ["sip:bob@10.0.0.20", "sip:bob@10.0.0.21"], .with { $0.order = .serial })
            })
        let bob = world.phone("bob", "10.0.0.20")
        let second = world.phone("bob", "10.0.0.21")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        world.script.endAll(failed: true, on: world.server)
        world.advance(1)
        #expect(call.final == 500)
        #expect(call.finalResponse?.callID == call.callID)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(second.calls.isEmpty)
        world.expectNothingLeft()
    }
}
