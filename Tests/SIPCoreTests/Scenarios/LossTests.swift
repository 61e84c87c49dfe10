import SIPCore
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Calls over links that lose, repeat and reorder")
struct LossTests {
    @Test("1,000 calls at 30 % loss, each with a final response and nothing left behind (§17)", arguments: [1, 2])
    func thousandCalls(seed: UInt64) {
        let world = World(seed: seed)
        let phones = (0..<20).map { index in
            let phone = world.registered("user\(index)", "10.0.1.\(index + 1)", .answers(after: .milliseconds(300)))
            phone.keepsLog = false
            return phone
        }
        world.network.conditions = LinkConditions(
            delay: .milliseconds(10), jitter: .milliseconds(20), loss: 0.3, duplication: 0.02, reordering: 0.05)
        var calls: [PhoneCall] = []
        for index in 0..<1000 {
            let caller = phones[index % 20]
            calls.append(caller.invite("sip:user\((index + 7) % 20)@example.com"))
            world.advance(0.02)
        }
        world.advance(90)
        // A 2xx is repeated by the callee alone, end to end: when all 11 copies are lost its BYE tells the caller.
        #expect(calls.count { !$0.isDecided } == 0)
        #expect(calls.count { $0.final == nil } <= 3)
        let statuses = Dictionary(grouping: calls, by: { $0.final ?? 0 }).mapValues(\.count)
        // 11 copies of one hop's INVITE all lost is the rare end.
        #expect((statuses[200] ?? 0) > 950, "\(statuses)")
        for call in calls where call.final == 200 { call.bye() }
        world.advance(60)
        #expect(world.network.lostCount > world.network.packetCount / 4)
        world.expectNothingLeft(after: 60)
    }

    @Test("every call of a mix of answers ends, at each degree of loss", arguments: [0.0, 0.1, 0.4])
    func mixedAnswers(loss: Double) {
        let world = World(seed: 7)
        let behaviours: [PhoneBehaviour] = [
            .answers(after: .zero), .rejects(486), .rejects(603), .answers(after: .seconds(3.0)), .rejects(302),
        ]
        let phones = behaviours.enumerated().map { index, behaviour in
            world.registered("user\(index)", "10.0.1.\(index + 1)", behaviour)
        }
        let alice = world.phone("alice", "10.0.0.10")
        world.network.conditions = LinkConditions(delay: .milliseconds(5), jitter: .milliseconds(30), loss: loss)
        let calls = (0..<50).map { alice.invite("sip:user\($0 % phones.count)@example.com") }
        world.advance(100)
        #expect(calls.count { !$0.isDecided } == 0)
        for call in calls where call.isEstablished { call.bye() }
        world.advance(60)
        world.expectNothingLeft(after: 80)
    }

    @Test("the same seed gives the same run")
    func sameSeed() {
        func run() -> [Int?] {
            let world = World(seed: 11)
            _ = world.registered("bob", "10.0.0.20")
            let alice = world.phone("alice", "10.0.0.10")
            world.network.conditions = LinkConditions(jitter: .milliseconds(50), loss: 0.4)
            let calls = (0..<20).map { _ in alice.invite("sip:bob@example.com") }
            world.advance(70)
            return calls.map(\.final) + [world.network.packetCount]
        }
        #expect(run() == run())
    }
}
