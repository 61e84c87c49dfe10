import SIPSyntax
import SIPTransaction
import Testing

@testable import SIPUserAgent

@Suite("Calls between two user agents")
struct CallTests {
    let network = VirtualNetwork()

    private func options(_ change: (inout CallOptions) -> Void) -> CallOptions {
        var options = CallOptions()
        change(&options)
        return options
    }

    @Test("a call rings, is answered, and ends when the caller hangs up (§13, §15)")
    func call() {
        let bob = network.agent("bob") { $0.answering.ringing = .seconds(Int64(2)) }
        let alice = network.agent("alice")
        alice.perform { $0.call(bob.contact, options { $0.duration = .seconds(Int64(5)) }) }
        #expect(network.names == ["INVITE", "180 INVITE"])
        network.advance(2.5)
        #expect(alice.events == ["progress 180", "established"])
        #expect(bob.events == ["call from sip:alice@example.com", "established"])
        network.advance(5)
        #expect(network.names == ["INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"])
        #expect(alice.events.last == "ended: hungUp")
        #expect(bob.events.last == "ended: hungUpByPeer")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    @Test("the side that answered may hang up too (§15)")
    func calleeHangsUp() {
        let bob = network.agent("bob") { $0.answering.duration = .seconds(Int64(3)) }
        let alice = network.agent("alice")
        alice.perform { $0.call(bob.contact) }
        network.advance(4)
        #expect(network.packets("BYE").map(\.from) == [bob.address])
        #expect(alice.events.last == "ended: hungUpByPeer")
        #expect(bob.events.last == "ended: hungUp")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    @Test("a refusal ends the call with its status")
    func busy() {
        let bob = network.agent("bob") { $0.answering.status = 486 }
        let alice = network.agent("alice")
        alice.perform { $0.call(bob.contact) }
        network.advance(0.1)
        #expect(network.names == ["INVITE", "180 INVITE", "486 INVITE", "ACK"])
        #expect(alice.events.last == "ended: rejected 486 []")
        #expect(bob.events.last == "ended: refused(status: 486)")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    @Test("a call that rings is cancelled, and answered 487 (§9)")
    func cancel() {
        let bob = network.agent("bob") { $0.answering.ringing = .seconds(Int64(60)) }
        let alice = network.agent("alice")
        alice.perform { $0.call(bob.contact, options { $0.cancelAfter = .seconds(Int64(1)) }) }
        network.advance(2)
        #expect(network.names == ["INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"])
        #expect(alice.events.last == "ended: cancelled")
        #expect(bob.events.last == "ended: cancelled")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    @Test("nobody answers in time: the call is cancelled and called unanswered")
    func answerLimit() {
        let bob = network.agent("bob") { $0.answering.ringing = .seconds(Int64(60)) }
        let alice = network.agent("alice")
        alice.perform { $0.call(bob.contact, options { $0.answerLimit = .seconds(Int64(10)) }) }
        network.advance(11)
        #expect(network.packets("CANCEL").count == 1)
        #expect(alice.events.last == "ended: notAnswered")
    }

    @Test("without a provisional response no CANCEL is sent, and a late answer is ended (§9.1)")
    func cancelBeforeProvisional() {
        let bob = network.agent("bob")
        let alice = network.agent("alice")
        var isHeld = true
        network.isLost = { $0.from == bob.address && isHeld }
        alice.perform { $0.call(bob.contact, options { $0.answerLimit = .seconds(Int64(1)) }) }
        network.advance(1.2)
        #expect(network.packets("CANCEL").isEmpty)
        #expect(alice.events == ["ended: notAnswered"])
        isHeld = false
        network.advance(10)
        #expect(network.packets("BYE").map(\.from) == [alice.address])
        #expect(bob.events.last == "ended: hungUpByPeer")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    @Test("nobody is there: the INVITE times out after 64·T1 (§17.1.1.2)")
    func timeout() {
        let nobody = network.peer { _, _ in }
        let alice = network.agent("alice")
        alice.perform { $0.call(uri("sip:bob@\(nobody.address)"), options { $0.answerLimit = .seconds(Int64(60)) }) }
        network.advance(31)
        #expect(alice.events.isEmpty)
        network.advance(2)
        #expect(alice.events == ["ended: timeout []"])
        #expect(alice.isIdle)
    }

    // MARK: Loss

    @Test("a lost 200 is sent again until its ACK comes (§13.3.1.4)")
    func lost200() {
        let bob = network.agent("bob")
        let alice = network.agent("alice")
        var losses = 2
        network.isLost = { packet in
            guard packet.name == "200 INVITE", losses > 0 else { return false }
            losses -= 1
            return true
        }
        alice.perform { $0.call(bob.contact) }
        network.advance(5)
        #expect(network.packets("200 INVITE").count == 3)
        #expect(alice.events.last == "established")
        #expect(bob.events.last == "established")
    }

    @Test("a lost ACK is sent again for the repeated 200 (§13.2.2.4)")
    func lostAck() {
        let bob = network.agent("bob")
        let alice = network.agent("alice")
        var losses = 1
        network.isLost = { packet in
            guard packet.name == "ACK", losses > 0 else { return false }
            losses -= 1
            return true
        }
        alice.perform { $0.call(bob.contact) }
        network.advance(5)
        #expect(network.packets("ACK").count == 2)
        #expect(bob.events.last == "established")
        #expect(alice.events.filter { $0 == "established" }.count == 1)
    }

    @Test("an answer that is never acknowledged is ended with BYE after 64·T1 (§13.3.1.4)")
    func noAck() {
        let bob = network.agent("bob")
        let alice = network.agent("alice")
        network.isLost = { $0.name == "ACK" }
        alice.perform { $0.call(bob.contact) }
        network.advance(33)
        #expect(bob.events.last == "ended: notAcknowledged")
        #expect(alice.events.last == "ended: hungUpByPeer")
        network.advance(70)
        #expect(alice.isIdle && bob.isIdle)
    }

    // MARK: Requests outside of calls

    @Test("a MESSAGE is shown and answered 200 (RFC 3428 §7), OPTIONS tells the methods (§11.2)")
    func singleRequests() {
        let bob = network.agent("bob")
        let alice = network.agent("alice")
        alice.perform { $0.request("MESSAGE", to: bob.contact, body: "hello") }
        alice.perform { $0.request("OPTIONS", to: bob.contact) }
        alice.perform { $0.request("PUBLISH", to: bob.contact) }
        #expect(bob.events == ["message from sip:alice@example.com: hello"])
        #expect(alice.events == ["success 200", "success 200", "request failed: rejected 405"])
        #expect(network.packets("200 OPTIONS").first?.message?.value(of: .allow)?.string.contains("INVITE") == true)
    }
}
