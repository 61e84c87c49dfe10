import SIPTransaction
import Testing

@Suite("Non-INVITE client transaction (§17.1.2)")
struct NonInviteClientTransactionTests {
    static let timeout = SIPDuration.seconds(Int64(32))
    static let states: [NonInviteClientTransaction.State] = [
        .trying(retransmissions: 0), .proceeding, .completed, .terminated,
    ]

    /// A machine brought into a state over UDP.
    func machine(_ state: NonInviteClientTransaction.State) -> NonInviteClientTransaction {
        var machine = NonInviteClientTransaction(isReliable: false)
        _ = machine.start()
        switch state {
        case .trying: break
        case .proceeding: _ = machine.receive(100)
        case .completed: _ = machine.receive(200)
        case .terminated: _ = machine.fail()
        }
        #expect(machine.state == state)
        return machine
    }

    @Test("a machine takes no more than four bytes")
    func size() { #expect(MemoryLayout<NonInviteClientTransaction>.size <= 4) }

    @Test("the start sends the request and starts E and F over UDP, F alone over TCP")
    func start() {
        var udp = NonInviteClientTransaction(isReliable: false)
        #expect(udp.start() == [.sendRequest, .start(.e, after: timers.t1), .start(.f, after: Self.timeout)])
        var tcp = NonInviteClientTransaction(isReliable: true)
        #expect(tcp.start() == [.sendRequest, .start(.f, after: Self.timeout)])
    }

    @Test("without an answer E fires at 0.5, 1.5, 3.5, 7.5 s and then every T2, and F ends it at 32 s")
    func silence() {
        var machine = NonInviteClientTransaction(isReliable: false)
        var walk = TimerWalk()
        walk.take(machine.start())
        walk.run(&machine)
        #expect(
            walk.times(of: .sendRequest)
                == [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
        #expect(walk.deeds.suffix(2) == [Deed(32000, .inform(.timeout)), Deed(32000, .terminate)])
    }

    @Test("after a provisional response the running E fires once more in its time, then every T2")
    func proceedingTimeline() {
        var machine = NonInviteClientTransaction(isReliable: false)
        var walk = TimerWalk()
        walk.take(machine.start())
        walk.run(&machine, until: .milliseconds(600))
        walk.take(machine.receive(100))
        walk.run(&machine)
        #expect(
            walk.times(of: .sendRequest)
                == [0, 500, 1500, 5500, 9500, 13500, 17500, 21500, 25500, 29500])
        #expect(walk.times(of: .deliver) == [600])
        #expect(walk.times(of: .inform(.timeout)) == [32000])
    }

    @Test("provisional responses are delivered and stop nothing")
    func provisional() {
        var machine = machine(.trying(retransmissions: 0))
        #expect(machine.receive(100) == [.deliver])
        #expect(machine.state == .proceeding)
        #expect(machine.receive(182) == [.deliver])
        #expect(machine.fire(.e) == [.sendRequest, .start(.e, after: timers.t2)])
        #expect(machine.fire(.f) == [.inform(.timeout), .terminate])
    }

    @Test("a final response is delivered once and absorbed for T4", arguments: [200, 302, 404, 500, 600] as [UInt16])
    func final(status: UInt16) {
        for state in Self.states.prefix(2) {
            var machine = machine(state)
            #expect(
                machine.receive(status) == [.cancel(.e), .cancel(.f), .deliver, .start(.k, after: timers.t4)])
            #expect(machine.receive(status) == [])
            #expect(machine.receive(100) == [])
            #expect(machine.fire(.k) == [.terminate])
        }
    }

    @Test("over TCP a final response ends the transaction at once: K is zero")
    func finalReliable() {
        var machine = NonInviteClientTransaction(isReliable: true)
        _ = machine.start()
        #expect(machine.receive(200) == [.cancel(.f), .deliver, .terminate])
        #expect(machine.receive(200) == [])
    }

    @Test("a transport failure ends Trying and Proceeding only (§17.1.4)", arguments: states)
    func transportFailure(state: NonInviteClientTransaction.State) {
        var machine = machine(state)
        switch state {
        case .trying, .proceeding: #expect(machine.fail() == [.inform(.transportFailure), .terminate])
        case .completed, .terminated: #expect(machine.fail() == [])
        }
    }

    @Test("a timer that belongs to another state is ignored", arguments: states)
    func staleTimers(state: NonInviteClientTransaction.State) {
        let meant: [TransactionTimer] =
            switch state {
            case .trying, .proceeding: [.e, .f]
            case .completed: [.k]
            case .terminated: []
            }
        for timer in TransactionTimer.allCases where !meant.contains(timer) {
            var machine = machine(state)
            #expect(machine.fire(timer) == [], "timer \(timer)")
            #expect(machine.state == state)
        }
    }
}
