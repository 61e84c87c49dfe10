import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("What the server answers, forwards and sends by itself")
struct LocalAnswerTests {
    @Test("a 2xx of the policy is repeated until its ACK, and BYE is answered 200 (§13.3.1.4, §15.1.2)")
    func localDialog() {
        let world = World(PolicyScript { $0.reply(200) })
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:echo@example.com")
        world.advance(1)
        #expect(call.final == 200)
        #expect(call.acceptedCount == 1)
        #expect(call.finalResponse?["Contact"] == "<sip:10.0.0.1:5060>")
        call.request("INFO")
        world.advance(1)
        #expect(call.statuses["INFO"] == 481)
        call.bye()
        world.advance(1)
        #expect(alice.statusOfLast("BYE") == 200)
        world.expectNothingLeft()
    }

    @Test("without an ACK the 2xx is repeated at T1, 2·T1, 4·T1, T2 … for 64·T1, then forgotten (§13.3.1.4)")
    func unacknowledged() {
        let world = World(PolicyScript { $0.reply(200) })
        let alice = world.phone("alice", "10.0.0.10")
        var copies = 0
        world.network.tap = { bytes, packet in
            if bytes.starts(with: "SIP/2.0 200".utf8) { copies += 1 }
        }
        alice.sendRaw(
            """
            INVITE sip:echo@example.com SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bKx\r
            From: <sip:alice@example.com>;tag=1\r
            To: <sip:echo@example.com>\r
            Call-ID: x\r
            CSeq: 1 INVITE\r
            Content-Length: 0\r\n\r\n
            """)
        world.advance(34)
        #expect(copies == 11)
        world.expectNothingLeft()
    }

    @Test("a final failure of the policy is repeated until its ACK (§17.2.1, timer G)")
    func repeatedFailure() {
        let world = World(PolicyScript { $0.reply(486) })
        let alice = world.phone("alice", "10.0.0.10")
        alice.sendRaw(
            """
            INVITE sip:echo@example.com SIP/2.0\r
            Via: SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bKx\r
            From: <sip:alice@example.com>;tag=1\r
            To: <sip:echo@example.com>\r
            Call-ID: x\r
            CSeq: 1 INVITE\r
            Content-Length: 0\r\n\r\n
            """)
        world.advance(34)
        #expect(alice.receivedResponses("INVITE").count == 11)
        world.expectNothingLeft()
    }

    @Test("180 of the policy: the To tag of all its responses is the same (§8.2.6.2), repeats get the last one")
    func provisionalOfPolicy() {
        let world = World(
            PolicyScript { request in
                request.reply(180)
                request.hold(says: false)
            })
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.provisionals == [180])
        #expect(call.tryingCount == 0)
        world.script.endAll(on: world.server)
        world.advance(1)
        #expect(call.final == 500)
        #expect(Set(alice.receivedResponses("INVITE").compactMap(\.toTag)).count == 1)
        world.expectNothingLeft()
    }

    @Test("redirect: 302 with its Contacts (§8.3)")
    func redirect() {
        let world = World(PolicyScript { $0.redirect(["sip:bob@10.0.0.20", "sip:bob@10.0.0.21"]) })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 302)
        #expect(call.finalResponse?.all("Contact").count == 2)
        world.expectNothingLeft()
    }

    @Test("a stateless forward makes the same branch for a repeat, another for another request (§16.11)")
    func statelessForward() {
        let world = World(PolicyScript { $0.forward("sip:bob@10.0.0.20") }) { setup in
            setup.configure = { $0.isStateless = true }
        }
        let bob = world.phone("bob", "10.0.0.20")
        bob.isSilent = true
        let alice = world.phone("alice", "10.0.0.10")
        alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(2)
        let first = bob.receivedRequests("MESSAGE")
        #expect(first.count == 3)
        #expect(Set(first.map(\.branch)).count == 1)
        #expect(world.server.transactionCount == 0)
        alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(0.1)
        #expect(Set(bob.receivedRequests("MESSAGE").map(\.branch)).count == 2)
        world.expectNothingLeft()
    }

    @Test("a call through a stateless forward works, CANCEL and ACK too (§16.11)")
    func statelessCall() {
        let world = World(PolicyScript { $0.forward("sip:bob@10.0.0.20") }) { setup in
            setup.configure = { $0.isStateless = true }
        }
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        #expect(bob.calls.first?.ackCount == 1)
        bob.behaviour = .ringsOn
        let second = alice.invite("sip:bob@example.com")
        world.advance(1)
        second.cancel()
        world.advance(1)
        #expect(second.final == 487)
        #expect(bob.calls.last?.isCancelled == true)
        #expect(world.server.transactionCount == 0)
        world.expectNothingLeft()
    }

    @Test("a request to this server itself never goes to the network: 404, or 481 with a To tag (§16.5)")
    func toItself() {
        let world = World(PolicyScript { $0.relay() })
        let alice = world.phone("alice", "10.0.0.10")
        let unknown = alice.request("MESSAGE", "sip:nobody@example.com")
        let numeric = alice.request("MESSAGE", "sip:nobody@10.0.0.1")
        let tagged = alice.request("MESSAGE", "sip:nobody@example.com", toTag: "x")
        world.advance(1)
        #expect(unknown.status == 404)
        #expect(numeric.status == 404)
        #expect(tagged.status == 481)
        world.expectNothingLeft()
    }

    @Test("a transport that fails ends the branch at once, and the next target is tried (§16.9)")
    func transportFailure() {
        let world = World(
            forking(["sip:bob@10.0.0.20;transport=tcp", "sip:bob@10.0.0.21"], .with { $0.order = .serial }))
        let bob = world.phone("bob", "10.0.0.21")
        bob.behaviour = .answers(after: .zero)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(0.1)
        #expect(call.final == 200)
        #expect(world.server.total(\.transportFailures) == 1)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("a target with a name that has no address, or a scheme that nobody routes, is 408")
    func unreachable() {
        let world = World(forking(["sip:bob@nowhere.invalid", "tel:+15551234"]))
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 408)
        world.expectNothingLeft()
    }

    @Test("a large request goes over TCP when the target allows it (§18.1.1)")
    func largeRequest() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20") { $0.transport = .tcp }
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", "sip:bob@example.com", body: String(repeating: "x", count: 1300))
        let small = alice.request("MESSAGE", "sip:bob@example.com", body: "x")
        world.advance(1)
        #expect(exchange.status == 200)
        #expect(small.status == 200)
        let transports = bob.receivedRequests("MESSAGE").map { $0.all("Via")[0].prefix(11) }
        #expect(Set(transports) == ["SIP/2.0/TCP", "SIP/2.0/UDP"])
        world.expectNothingLeft()
    }

    @Test("and over UDP after all when nobody takes it by TCP (§18.1.1)")
    func largeRequestWithoutTCP() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        let exchange = world.phone("alice", "10.0.0.10").request(
            "MESSAGE", "sip:bob@example.com", body: String(repeating: "x", count: 1300))
        world.advance(1)
        #expect(exchange.status == 200)
        #expect(bob.last("MESSAGE")?.body.count == 1300)
        world.expectNothingLeft()
    }

    @Test("the reply hook edits a 2xx, and the repeats of the callee go up as it was edited")
    func replyHook() {
        let script = forking(["sip:bob@10.0.0.20"], .with { $0.hasReplyHook = true })
        script.onReply = { _, response in
            response.insertField(named: ByteView("X-Seen"), value: ByteView("yes"), at: response.fieldCount)
            return .proceed
        }
        let world = World(script)
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .rejects(200)
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.finalResponse?["X-Seen"] == "yes")
        #expect(alice.receivedResponses("INVITE").filter { $0.status == 200 }.allSatisfy { $0["X-Seen"] == "yes" })
        call.bye()
        world.expectNothingLeft()
    }

    @Test("the branch hook edits one branch's copy, and the others never see it (§16.6)")
    func branchHook() {
        let script = forking(["sip:bob@10.0.0.20", "sip:bob@10.0.0.21"], .with { $0.hasBranchHook = true })
        var number = 0
        script.onBranch = { _, request in
            number += 1
            "\(number)".withByteView {
                request.insertField(named: ByteView("X-Branch"), value: $0, at: request.fieldCount)
            }
        }
        let world = World(script)
        let phones = ["10.0.0.20", "10.0.0.21"].map { world.phone("bob", $0) }
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(phones.map { $0.last("MESSAGE")?.all("X-Branch") } == [["1"], ["2"]])
        world.expectNothingLeft()
    }

    @Test("a request of our own is repeated, answered, and its timeout told (§8.1, §17.1.2)")
    func ownRequest() throws {
        let world = World()
        let bob = world.phone("bob", "10.0.0.20")
        func own(_ uri: String, _ number: UInt64) throws {
            let request = OwnRequest(
                method: Array("OPTIONS".utf8), uri: Array(uri.utf8), from: Array("<sip:10.0.0.1>;tag=1".utf8),
                to: Array("<\(uri)>".utf8), callID: Array("own\(number)".utf8), cseq: 1)
            let message = try request.message()
            let shard = world.server.shards[1]
            world.server.perform(on: shard) { shard.originate(message, originator: number) }
        }
        try own("sip:bob@10.0.0.20", 1)
        try own("sip:bob@10.0.0.30", 2)
        world.advance(1)
        guard case .response(let response) = world.script.ownResults[1] else {
            Issue.record("no answer to our own request")
            return
        }
        #expect(response.status == 200)
        #expect(bob.receivedRequests("OPTIONS").count == 1)
        world.advance(33)
        guard case .timeout = world.script.ownResults[2] else {
            Issue.record("no timeout of our own request")
            return
        }
        world.expectNothingLeft()
    }
}
