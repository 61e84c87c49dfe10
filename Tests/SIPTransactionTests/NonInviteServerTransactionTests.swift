import SIPTransaction
import Testing

@Suite("Non-INVITE server transaction (§17.2.2)")
struct NonInviteServerTransactionTests {
    static let timeout = SIPDuration.seconds(Int64(32))
    static let states: [NonInviteServerTransaction.State] = [.trying, .proceeding, .completed, .terminated]

    /// A machine brought into a state over UDP.
    func machine(_ state: NonInviteServerTransaction.State) -> NonInviteServerTransaction {
        var machine = NonInviteServerTransaction(isReliable: false)
        switch state {
        case .trying: break
        case .proceeding: _ = machine.respond(182)
        case .completed: _ = machine.respond(200)
        case .terminated:
            _ = machine.respond(200)
            _ = machine.fire(.j)
        }
        #expect(machine.state == state)
        return machine
    }

    @Test("a machine takes no more than two bytes")
    func size() { #expect(MemoryLayout<NonInviteServerTransaction>.size <= 2) }

    @Test("a retransmitted request is dropped in Trying and answered with the last response later")
    func retransmissions() {
        var machine = machine(.trying)
        #expect(machine.receive() == [])
        #expect(machine.respond(182) == [.sendResponse])
        #expect(machine.receive() == [.sendResponse])
        #expect(machine.respond(183) == [.sendResponse])
        #expect(machine.respond(200) == [.sendResponse, .start(.j, after: Self.timeout)])
        #expect(machine.receive() == [.sendResponse])
        #expect(machine.receive() == [.sendResponse])
    }

    @Test("J ends the transaction 64*T1 after the final response", arguments: [200, 404, 503, 600] as [UInt16])
    func linger(status: UInt16) {
        var machine = machine(.trying)
        var walk = TimerWalk()
        walk.take(machine.respond(status))
        walk.run(&machine)
        #expect(walk.deeds == [Deed(0, .sendResponse), Deed(32000, .terminate)])
    }

    @Test("over TCP the final response ends the transaction at once: J is zero")
    func reliable() {
        var machine = NonInviteServerTransaction(isReliable: true)
        #expect(machine.respond(200) == [.sendResponse, .terminate])
        #expect(machine.hasFinalResponse)
    }

    @Test("a response after the final one is dropped")
    func afterFinal() {
        var machine = machine(.completed)
        #expect(machine.respond(200) == [])
        #expect(machine.respond(100) == [])
        #expect(machine.respond(500) == [])
    }

    @Test("a transport failure ends Proceeding and Completed (§17.2.4)", arguments: states)
    func transportFailure(state: NonInviteServerTransaction.State) {
        var machine = machine(state)
        switch state {
        case .proceeding, .completed: #expect(machine.fail() == [.inform(.transportFailure), .terminate])
        case .trying, .terminated: #expect(machine.fail() == [])
        }
    }

    @Test("a timer that belongs to another state is ignored", arguments: states)
    func staleTimers(state: NonInviteServerTransaction.State) {
        for timer in TransactionTimer.allCases where !(state == .completed && timer == .j) {
            var machine = machine(state)
            #expect(machine.fire(timer) == [], "timer \(timer)")
            #expect(machine.state == state)
        }
    }
}
