import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Forking (§16.6, §16.7)")
struct ForkTests {
    private func three(_ world: World, _ behaviours: [PhoneBehaviour]) -> [VirtualPhone] {
        behaviours.enumerated().map { index, behaviour in
            let phone = world.phone("bob\(index)", "10.0.0.2\(index)")
            phone.behaviour = behaviour
            return phone
        }
    }

    private let uris = ["sip:bob0@10.0.0.20", "sip:bob1@10.0.0.21", "sip:bob2@10.0.0.22"]

    @Test("three phones ring, one answers, the others are cancelled (§16.7 step 10)")
    func oneAnswers() {
        let world = World()
        for index in 0..<3 {
            let phone = world.registered("bob", "10.0.0.2\(index)", index == 1 ? .answers() : .ringsOn)
            #expect(phone.statusOfLast("REGISTER") == 200)
        }
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(call.provisionals == [180, 180, 180])
        #expect(call.acceptedTags.count == 1)
        world.advance(1)
        call.bye()
        world.expectNothingLeft()
    }

    @Test("the losers get CANCEL, answer 487 and get their ACK (§9.1)")
    func losers() {
        let world = World(forking(uris))
        let phones = three(world, [.ringsOn, .answers(), .ringsOn])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        for index in [0, 2] {
            #expect(phones[index].calls.first?.isCancelled == true)
            #expect(phones[index].receivedRequests("CANCEL").count == 1)
            #expect(phones[index].receivedRequests("ACK").count == 1)
        }
        #expect(phones[1].receivedRequests("CANCEL").isEmpty)
        world.expectNothingLeft()
    }

    @Test("a branch that has given no provisional response is cancelled when it gives one (§9.1)")
    func cancelAfterProvisional() {
        let world = World(forking(Array(uris.prefix(2))))
        let phones = three(world, [.rejects(200), PhoneBehaviour(rings: false, status: nil)])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 200)
        #expect(phones[1].receivedRequests("CANCEL").isEmpty)
        phones[1].calls.first?.ring()
        world.advance(1)
        #expect(phones[1].receivedRequests("CANCEL").count == 1)
        #expect(phones[1].calls.first?.isCancelled == true)
        #expect(call.provisionals.isEmpty)
        world.expectNothingLeft()
    }

    @Test("two phones answer at once: both 2xx go upstream, each with its own tag (§16.7 step 5)")
    func twoAnswers() {
        let world = World(forking(Array(uris.prefix(2))))
        let phones = three(world, [.answers(after: .zero), .answers(after: .zero)])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.acceptedTags.count == 2)
        #expect(phones.allSatisfy { $0.calls.first?.ackCount == 1 })
        world.expectNothingLeft()
    }

    @Test(
        "the best of several failures goes up: a 4xx that can be repaired, then the lowest class (§16.7 step 6)",
        arguments: [
            ([486, 404, 480], 404), ([500, 486, 603], 603), ([302, 486, 500], 302), ([404, 484, 486], 484),
            ([503, 503, 503], 500), ([503, 486, 503], 486), ([480, 408, 408], 480),
        ])
    func bestResponse(statuses: [Int], best: Int) {
        let world = World(forking(uris))
        _ = three(world, statuses.map { .rejects($0) })
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == best)
        world.expectNothingLeft()
    }

    @Test("a 6xx cancels what still rings (§16.7 step 5)")
    func decline() {
        let world = World(forking(uris))
        let phones = three(
            world, [.ringsOn, PhoneBehaviour(status: 603, after: .seconds(1.0)), .ringsOn])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 603)
        #expect(phones[0].calls.first?.isCancelled == true)
        #expect(phones[2].calls.first?.isCancelled == true)
        world.expectNothingLeft()
    }

    @Test("the challenges of all 401 and 407 go up together, each once (§16.7 step 7)")
    func mergedChallenges() {
        let world = World(forking(uris))
        _ = three(
            world,
            [
                PhoneBehaviour(
                    rings: false, status: 407, fields: [("Proxy-Authenticate", "Digest realm=\"a\", nonce=\"1\"")]),
                PhoneBehaviour(
                    rings: false, status: 401, fields: [("WWW-Authenticate", "Digest realm=\"b\", nonce=\"2\"")]),
                PhoneBehaviour(
                    rings: false, status: 407, fields: [("Proxy-Authenticate", "Digest realm=\"c\", nonce=\"3\"")]),
            ])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 401 || call.final == 407)
        let all =
            (call.finalResponse?.all("Proxy-Authenticate") ?? []) + (call.finalResponse?.all("WWW-Authenticate") ?? [])
        #expect(all.count == 3)
        for realm in ["a", "b", "c"] { #expect(all.count { $0.contains("realm=\"\(realm)\"") } == 1) }
        world.expectNothingLeft()
    }

    @Test("serial: one after the other, until one answers (§16.6)")
    func serial() {
        let world = World(forking(uris, .with { $0.order = .serial }))
        let phones = three(world, [.rejects(486), .rejects(480), .answers(after: .zero)])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        #expect(phones.allSatisfy { $0.calls.count == 1 })
        world.expectNothingLeft()
    }

    @Test("equal q in parallel, the highest first, and the timeout moves on (§16.6)")
    func preferenceGroups() throws {
        let world = World(
            PolicyScript { request in
                if request.context.isInDialog { return request.relay() }
                request.recordRoute()
                let targets = [
                    Target(uri: Array("sip:bob2@10.0.0.22".utf8), q: 500),
                    Target(uri: Array("sip:bob0@10.0.0.20".utf8), q: 900),
                    Target(uri: Array("sip:bob1@10.0.0.21".utf8), q: 900),
                ]
                request.fork(targets, .with { $0.timeout = .seconds(5.0) })
            })
        let phones = three(world, [.ringsOn, .ringsOn, .answers(after: .zero)])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(4)
        #expect(phones.map(\.calls.count) == [1, 1, 0])
        world.advance(3)
        #expect(phones.map(\.calls.count) == [1, 1, 1])
        #expect(phones[0].calls.first?.isCancelled == true)
        #expect(call.final == 200)
        #expect(world.script.outcomes.first?.branchCount == 3)
        world.expectNothingLeft()
    }

    @Test("no answer: the timeout option cancels, and the outcome says so")
    func noAnswer() throws {
        let world = World(forking(Array(uris.prefix(1)), .with { $0.timeout = .seconds(10.0) }))
        let phones = three(world, [.ringsOn])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(9)
        #expect(call.final == nil)
        world.advance(3)
        #expect(call.final == 408)
        #expect(phones[0].calls.first?.isCancelled == true)
        let outcome = try #require(world.script.outcomes.first)
        #expect(outcome.isTimedOut)
        #expect(outcome.status == 408)
        #expect(!outcome.isOK)
        world.expectNothingLeft()
    }

    @Test("voicemail after no answer is another attempt of the same call, and its 2xx the answer")
    func voicemail() {
        let world = World(
            PolicyScript { request in
                if request.context.isInDialog { return request.relay() }
                request.recordRoute()
                request.fork(uris: ["sip:bob0@10.0.0.20"], .with { $0.timeout = .seconds(5.0) }) { outcome in
                    guard outcome.isTimedOut else { return }
                    request.fork(uris: ["sip:voicemail@10.0.0.21"])
                }
            })
        let phones = three(world, [.ringsOn, .answers(after: .zero)])
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(8)
        #expect(call.final == 200)
        #expect(phones[1].calls.count == 1)
        call.bye()
        world.advance(1)
        #expect(phones[1].calls.first?.isEnded == true)
        world.expectNothingLeft()
    }
}
