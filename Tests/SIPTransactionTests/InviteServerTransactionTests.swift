import SIPTransaction
import Testing

@Suite("INVITE server transaction (§17.2.1, RFC 6026 §7.1)")
struct InviteServerTransactionTests {
    static let timeout = SIPDuration.seconds(Int64(32))
    static let states: [InviteServerTransaction.State] = [
        .proceeding(hasProvisional: false), .proceeding(hasProvisional: true), .completed(retransmissions: 0),
        .confirmed, .accepted, .terminated,
    ]

    /// A machine brought into a state over UDP.
    func machine(_ state: InviteServerTransaction.State) -> InviteServerTransaction {
        var machine = InviteServerTransaction(isReliable: false)
        switch state {
        case .proceeding(let hasProvisional): if hasProvisional { _ = machine.respond(180) }
        case .completed: _ = machine.respond(486)
        case .confirmed:
            _ = machine.respond(486)
            _ = machine.ack()
        case .accepted: _ = machine.respond(200)
        case .terminated:
            _ = machine.respond(486)
            _ = machine.fire(.h)
        }
        #expect(machine.state == state)
        return machine
    }

    @Test("a machine takes no more than four bytes")
    func size() { #expect(MemoryLayout<InviteServerTransaction>.size <= 4) }

    @Test("provisional responses are sent, and the last one again for a retransmitted INVITE")
    func provisional() {
        var machine = machine(.proceeding(hasProvisional: false))
        #expect(machine.receive() == [])
        #expect(machine.respond(100) == [.sendResponse])
        #expect(machine.receive() == [.sendResponse])
        #expect(machine.respond(180) == [.sendResponse])
        #expect(machine.receive() == [.sendResponse])
        #expect(!machine.hasFinalResponse)
    }

    @Test("a 486 over UDP is sent again at T1, 2T1, 4T1, then T2, and H ends it at 32 s")
    func noAck() {
        var machine = InviteServerTransaction(isReliable: false)
        var walk = TimerWalk()
        walk.take(machine.respond(486))
        #expect(machine.hasFinalResponse)
        walk.run(&machine)
        #expect(
            walk.times(of: .sendResponse)
                == [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500])
        #expect(walk.deeds.suffix(2) == [Deed(32000, .inform(.timeout)), Deed(32000, .terminate)])
    }

    @Test("a 486 over TCP is sent once, and H ends it at 32 s")
    func noAckReliable() {
        var machine = InviteServerTransaction(isReliable: true)
        var walk = TimerWalk()
        walk.take(machine.respond(486))
        walk.run(&machine)
        #expect(walk.deeds == [Deed(0, .sendResponse), Deed(32000, .inform(.timeout)), Deed(32000, .terminate)])
    }

    @Test(
        "a failure starts G and H; a retransmitted INVITE gets it again", arguments: [300, 404, 503, 603] as [UInt16])
    func failure(status: UInt16) {
        var machine = machine(.proceeding(hasProvisional: true))
        #expect(
            machine.respond(status)
                == [.sendResponse, .start(.g, after: timers.t1), .start(.h, after: Self.timeout)])
        #expect(machine.receive() == [.sendResponse])
        #expect(machine.respond(200) == [])
        #expect(machine.respond(180) == [])
        #expect(machine.state == .completed(retransmissions: 0))
    }

    @Test("the ACK for a failure is absorbed, stops G and H, and I absorbs the rest for T4")
    func ack() {
        var machine = machine(.completed(retransmissions: 0))
        #expect(machine.ack() == [.cancel(.g), .cancel(.h), .start(.i, after: timers.t4)])
        #expect(machine.state == .confirmed)
        #expect(machine.ack() == [])
        #expect(machine.receive() == [])
        #expect(machine.respond(200) == [])
        #expect(machine.fire(.i) == [.terminate])
    }

    @Test("over TCP the ACK ends the transaction at once: I is zero")
    func ackReliable() {
        var machine = InviteServerTransaction(isReliable: true)
        #expect(machine.respond(486) == [.sendResponse, .start(.h, after: Self.timeout)])
        #expect(machine.ack() == [.cancel(.h), .terminate])
    }

    @Test("a 2xx enters Accepted for 64*T1 on every transport (RFC 6026 §7.1)", arguments: [false, true])
    func success(isReliable: Bool) {
        var machine = InviteServerTransaction(isReliable: isReliable)
        #expect(machine.respond(200) == [.sendResponse, .start(.l, after: Self.timeout)])
        #expect(machine.state == .accepted)
        #expect(machine.receive() == [], "a retransmitted INVITE is absorbed")
        #expect(machine.respond(200) == [.sendResponse], "the transaction user may send its 2xx again")
        #expect(machine.respond(486) == [])
        #expect(machine.respond(180) == [])
        #expect(machine.ack() == [.deliver], "the ACK is the transaction user's")
        #expect(machine.ack() == [.deliver])
        #expect(machine.fire(.l) == [.terminate])
        #expect(machine.hasFinalResponse)
    }

    @Test("an ACK before a final response is ignored")
    func earlyAck() {
        for state in Self.states.prefix(2) {
            var machine = machine(state)
            #expect(machine.ack() == [])
            #expect(machine.state == state)
        }
    }

    @Test("a transport failure is told and never discards the transaction (RFC 6026 §7.1)", arguments: states)
    func transportFailure(state: InviteServerTransaction.State) {
        var machine = machine(state)
        switch state {
        case .proceeding, .completed, .accepted: #expect(machine.fail() == [.inform(.transportFailure)])
        case .confirmed, .terminated: #expect(machine.fail() == [])
        }
        #expect(machine.state == state)
    }

    @Test("a timer that belongs to another state is ignored", arguments: states)
    func staleTimers(state: InviteServerTransaction.State) {
        let meant: [TransactionTimer] =
            switch state {
            case .completed: [.g, .h]
            case .confirmed: [.i]
            case .accepted: [.l]
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
        #expect(machine.receive() == [])
        #expect(machine.ack() == [])
        #expect(machine.respond(200) == [])
    }
}
