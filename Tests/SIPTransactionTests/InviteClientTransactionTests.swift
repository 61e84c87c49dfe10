import SIPTransaction
import Testing

@Suite("INVITE client transaction (§17.1.1, RFC 6026 §7.2)")
struct InviteClientTransactionTests {
    static let timeout = SIPDuration.seconds(Int64(32))

    /// A machine brought into a state over UDP.
    func machine(_ state: InviteClientTransaction.State) -> InviteClientTransaction {
        var machine = InviteClientTransaction(isReliable: false)
        _ = machine.start()
        switch state {
        case .calling: break
        case .proceeding: _ = machine.receive(180)
        case .completed: _ = machine.receive(486)
        case .accepted: _ = machine.receive(200)
        case .terminated: _ = machine.fail()
        }
        #expect(machine.state == state)
        return machine
    }

    static let states: [InviteClientTransaction.State] = [
        .calling(retransmissions: 0), .proceeding, .completed, .accepted, .terminated,
    ]

    @Test("a machine takes no more than four bytes")
    func size() { #expect(MemoryLayout<InviteClientTransaction>.size <= 4) }

    @Test("the start sends the INVITE and starts A and B over UDP, B alone over TCP")
    func start() {
        var udp = InviteClientTransaction(isReliable: false)
        #expect(udp.start() == [.sendRequest, .start(.a, after: timers.t1), .start(.b, after: Self.timeout)])
        var tcp = InviteClientTransaction(isReliable: true)
        #expect(tcp.start() == [.sendRequest, .start(.b, after: Self.timeout)])
    }

    @Test("without an answer the INVITE is sent at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, and times out at 32 s")
    func silence() {
        var machine = InviteClientTransaction(isReliable: false)
        var walk = TimerWalk()
        walk.take(machine.start())
        walk.run(&machine)
        #expect(walk.times(of: .sendRequest) == [0, 500, 1500, 3500, 7500, 15500, 31500])
        #expect(walk.deeds.suffix(2) == [Deed(32000, .inform(.timeout)), Deed(32000, .terminate)])
        #expect(machine.isTerminated)
    }

    @Test("over TCP the INVITE is sent once and times out at 32 s")
    func silenceReliable() {
        var machine = InviteClientTransaction(isReliable: true)
        var walk = TimerWalk()
        walk.take(machine.start())
        walk.run(&machine)
        #expect(walk.deeds == [Deed(0, .sendRequest), Deed(32000, .inform(.timeout)), Deed(32000, .terminate)])
    }

    @Test("a provisional response stops A and B and is delivered; so are the next ones")
    func provisional() {
        var machine = machine(.calling(retransmissions: 0))
        #expect(machine.receive(100) == [.cancel(.a), .cancel(.b), .deliver])
        #expect(machine.state == .proceeding)
        #expect(machine.receive(180) == [.deliver])
        #expect(machine.receive(199) == [.deliver])
        var tcp = InviteClientTransaction(isReliable: true)
        _ = tcp.start()
        #expect(tcp.receive(100) == [.cancel(.b), .deliver])
    }

    @Test(
        "a failure is acknowledged and delivered, and D absorbs it for 32 s",
        arguments: [300, 486, 503, 603] as [UInt16])
    func failure(status: UInt16) {
        var calling = machine(.calling(retransmissions: 0))
        let completion: [TransactionAction] = [.sendAck, .deliver, .start(.d, after: Self.timeout)]
        #expect(calling.receive(status) == [.cancel(.a), .cancel(.b)] + completion)
        var proceeding = machine(.proceeding)
        #expect(proceeding.receive(status) == completion)
        #expect(proceeding.state == .completed)
        #expect(proceeding.fire(.d) == [.terminate])
    }

    @Test("over TCP a failure ends the transaction at once: D is zero")
    func failureReliable() {
        var machine = InviteClientTransaction(isReliable: true)
        _ = machine.start()
        #expect(machine.receive(404) == [.cancel(.b), .sendAck, .deliver, .terminate])
        #expect(machine.isTerminated)
    }

    @Test("a retransmitted failure is acknowledged again and not delivered")
    func failureAgain() {
        var machine = machine(.completed)
        #expect(machine.receive(486) == [.sendAck])
        #expect(machine.receive(486) == [.sendAck])
        #expect(machine.receive(180) == [])
        #expect(machine.receive(200) == [])
    }

    @Test("every 2xx is delivered for 64*T1 and none is acknowledged here (RFC 6026 §7.2)", arguments: [false, true])
    func success(isReliable: Bool) {
        var machine = InviteClientTransaction(isReliable: isReliable)
        _ = machine.start()
        _ = machine.receive(180)
        #expect(machine.receive(200) == [.deliver, .start(.m, after: Self.timeout)])
        #expect(machine.state == .accepted)
        #expect(machine.receive(200) == [.deliver])
        #expect(machine.receive(202) == [.deliver])
        #expect(machine.receive(183) == [])
        #expect(machine.receive(486) == [])
        #expect(machine.fire(.m) == [.terminate])
    }

    @Test("a 2xx in Calling stops A and B")
    func successInCalling() {
        var machine = machine(.calling(retransmissions: 0))
        #expect(machine.receive(200) == [.cancel(.a), .cancel(.b), .deliver, .start(.m, after: Self.timeout)])
    }

    @Test("a transport failure ends Calling and Completed and is ignored elsewhere (§17.1.4)", arguments: states)
    func transportFailure(state: InviteClientTransaction.State) {
        var machine = machine(state)
        switch state {
        case .calling, .completed:
            #expect(machine.fail() == [.inform(.transportFailure), .terminate])
        default:
            #expect(machine.fail() == [])
            #expect(machine.state == state)
        }
    }

    @Test("a timer that belongs to another state is ignored", arguments: states)
    func staleTimers(state: InviteClientTransaction.State) {
        let meant: [TransactionTimer] =
            switch state {
            case .calling: [.a, .b]
            case .completed: [.d]
            case .accepted: [.m]
            case .proceeding, .terminated: []
            }
        for timer in TransactionTimer.allCases where !meant.contains(timer) {
            var machine = machine(state)
            #expect(machine.fire(timer) == [], "timer \(timer)")
            #expect(machine.state == state)
        }
    }

    @Test("a terminated machine does nothing any more")
    func terminated() {
        var machine = machine(.terminated)
        for status in [100, 200, 404] as [UInt16] { #expect(machine.receive(status) == []) }
        #expect(machine.isTerminated)
    }
}
