import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Everything at once")
struct StormTests {
    /// A policy that forks to whoever is registered, then to voicemail, with short times.
    private var script: PolicyScript {
        PolicyScript { request in
            if request.context.isInDialog { return request.relay() }
            if request.method == "REGISTER" { return request.register() }
            request.recordRoute()
            let options = AttemptOptions.with {
                $0.timeout = .seconds(3.0)
                $0.total = .seconds(9.0)
                $0.deadAfter = .seconds(2.0)
            }
            request.fork(request.registeredTargets(), options) { outcome in
                if !outcome.isOK { request.relay("sip:voicemail@10.0.0.99") }
            }
        }
    }

    @Test("calls, forks, CANCELs and hang-ups at random, over bad links: nothing is left (seeded)", arguments: 1...12)
    func storm(seed: UInt64) {
        let world = World(seed: seed, script)
        var random = SeededRandom(seed: seed &+ 100)
        let choices: [PhoneBehaviour] = [
            .answers(after: .zero), .answers(), .answers(after: .seconds(4.0)), .ringsOn, .isDead, .rejects(486),
            .rejects(603), .rejects(503), PhoneBehaviour(rings: false),
        ]
        var phones = (0..<12).map { index in
            world.registered("user\(index % 6)", "10.0.1.\(index + 1)", choices.randomElement(using: &random)!) {
                $0.transport = index % 4 == 3 ? .tcp : .udp
            }
        }
        let voicemail = world.phone("voicemail", "10.0.0.99")
        voicemail.behaviour = .answers(after: .zero)
        phones.append(voicemail)
        for phone in phones { phone.keepsLog = false }
        world.network.conditions = LinkConditions(
            delay: .milliseconds(5), jitter: .milliseconds(40), loss: Double(seed % 4) * 0.1, duplication: 0.05,
            reordering: 0.1)
        var calls: [PhoneCall] = []
        for _ in 0..<150 {
            let caller = phones[Int(random.below(12))]
            calls.append(caller.invite("sip:user\(random.below(7))@example.com"))
            world.advance(Double(random.below(300)) / 1000)
            let call = calls[Int(random.below(Int64(calls.count)))]
            if random.chance(0.3) { call.cancel() }
            if random.chance(0.3), call.isEstablished, !call.isEnded { call.bye() }
            if random.chance(0.1), call.isEstablished, !call.isEnded { call.request("INVITE") }
            if random.chance(0.02) {
                let open = world.network.openConnections(of: world.server)
                if let number = open.first { world.network.close(number) }
            }
        }
        world.advance(120)
        // A caller on a connection that was closed can't be answered; its own timer tells it.
        let undecided = calls.filter { !$0.isDecided && $0.phone.transport == .udp }
        #expect(undecided.isEmpty)
        for call in calls where call.isEstablished && !call.isEnded { call.bye() }
        world.expectNothingLeft(after: 120)
    }
}
