import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Requests other than INVITE (RFC 4320)")
struct NonInviteTests {
    @Test("a MESSAGE goes through, and its answer comes back")
    func relayed() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com", body: "hello")
        world.advance(1)
        #expect(exchange.status == 200)
        #expect(bob.last("MESSAGE")?.body == "hello")
        #expect(exchange.responses.count == 1)
        // §16.6 step 4: a MESSAGE makes no dialog, so no Record-Route is written.
        #expect(bob.last("MESSAGE")?.all("Record-Route").isEmpty == true)
        world.expectNothingLeft()
    }

    @Test("a phone that says nothing: 100 after 3.5 s over UDP, and never a 408 (§4.1, §4.2)")
    func silentTarget() {
        let world = World(forking(["sip:bob@10.0.0.20"], .with { $0.deadAfter = .seconds(60.0) }))
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(3.4)
        #expect(exchange.responses.isEmpty)
        world.advance(3)
        #expect(exchange.responses.first?.status == 100)
        world.advance(60)
        #expect(exchange.status == nil)
        #expect(exchange.isTimedOut)
        #expect(world.script.outcomes.first?.status == 408)
        world.expectNothingLeft()
    }

    @Test("a 408 that a phone gives is not passed on, and the policy can't give one either (§4.2)")
    func timeoutFromBelow() {
        let world = World(
            PolicyScript { request in
                request.method == "INFO" ? request.reply(408) : request.relay("sip:bob@10.0.0.20")
            })
        let bob = world.phone("bob", "10.0.0.20")
        bob.answers["MESSAGE"] = 408
        let alice = world.phone("alice", "10.0.0.10")
        let relayed = alice.request("MESSAGE", "sip:bob@example.com")
        let refused = alice.request("INFO", "sip:bob@example.com")
        world.advance(33)
        #expect(relayed.status == nil)
        #expect(refused.status == nil)
        world.expectNothingLeft()
    }

    @Test("over TCP no 100 is sent, and provisional responses go no further (§4.1)")
    func provisionalOverTCP() {
        let world = World(
            PolicyScript { request in
                request.reply(183)
                request.hold(says: false)
            })
        let alice = world.phone("alice", "10.0.0.10") { $0.transport = .tcp }
        let exchange = alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(10)
        #expect(exchange.responses.isEmpty)
        world.script.endAll(on: world.server)
        world.advance(1)
        #expect(exchange.status == 500)
        world.expectNothingLeft()
    }

    @Test("of a fork only the first 2xx goes up, and nothing is cancelled (§16.7 step 5, §9.1)")
    func forked() {
        let world = World(forking(["sip:bob@10.0.0.20", "sip:bob@10.0.0.21"]))
        let phones = ["10.0.0.20", "10.0.0.21"].map { world.phone("bob", $0) }
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(2)
        #expect(exchange.responses.map(\.status) == [200])
        #expect(phones.allSatisfy { $0.receivedRequests("MESSAGE").count == 1 })
        #expect(phones.allSatisfy { $0.receivedRequests("CANCEL").isEmpty })
        world.expectNothingLeft()
    }

    @Test("the timeout option abandons the branch, and a later attempt answers")
    func abandoned() {
        let world = World(
            PolicyScript { request in
                request.relay("sip:bob@10.0.0.20", .with { $0.timeout = .seconds(1.0) }) { outcome in
                    if outcome.isTimedOut { request.relay("sip:bob@10.0.0.21") }
                }
            })
        let second = world.phone("bob", "10.0.0.21")
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(3)
        #expect(second.receivedRequests("MESSAGE").count == 1)
        #expect(exchange.status == 200)
        world.expectNothingLeft()
    }

    @Test("a repeated request is absorbed, and a repeated answered one answered again (§17.2.2)")
    func repeats() {
        let world = World(forking(["sip:bob@10.0.0.20"]))
        let bob = world.phone("bob", "10.0.0.20")
        world.network.conditions.duplication = 1
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(2)
        #expect(exchange.status == 200)
        #expect(world.server.total(\.retransmissionsAbsorbed) > 0)
        #expect(Set(bob.receivedRequests("MESSAGE").map(\.branch)).count == 1)
        world.expectNothingLeft()
    }

    @Test("a dropped request gets no answer, and its repeats are absorbed")
    func dropped() {
        let world = World(PolicyScript { $0.drop() })
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(40)
        #expect(exchange.responses.isEmpty)
        #expect(world.server.total(\.retransmissionsAbsorbed) == 10)
        world.expectNothingLeft()
    }
}
