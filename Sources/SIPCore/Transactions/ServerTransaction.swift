internal import SIPSyntax
internal import SIPTransaction

/// A server transaction of this shard: the machine, where its responses go, and what may have to be sent again.
///
/// It outlives its response context: once the final response is out it holds that response's bytes and nothing else.
final class ServerTransaction {
    enum Machine {
        case invite(InviteServerTransaction)
        case nonInvite(NonInviteServerTransaction)
    }

    /// The slab's number.
    let number: UInt64
    let key: TransactionKey
    var machine: Machine
    /// Where the responses go (§18.2.2).
    let flow: Flow
    /// The last response sent, when it may have to be sent again.
    var lastResponse: ByteBlock?
    /// Timer G.
    var retransmitTimer = TimerHandle.none
    /// Timer H, I, J or L.
    var timeoutTimer = TimerHandle.none
    /// Under which key its ACK is let through, when it was accepted without a Record-Route of ours.
    var acceptedKey: TransactionKey?
    /// The request's proxying, while it is active.
    var context: ResponseContext?

    init(number: UInt64, key: TransactionKey, machine: Machine, flow: Flow) {
        self.number = number
        self.key = key
        self.machine = machine
        self.flow = flow
    }

    var isInvite: Bool {
        if case .invite = machine { true } else { false }
    }

    /// Whether a 2xx to the INVITE went upstream.
    var isAccepted: Bool {
        if case .invite(let machine) = machine { machine.state == .accepted } else { false }
    }

    /// Whether the INVITE was answered with a failure: a 2xx then passes the machine by (§16.7 step 5).
    var hasFailed: Bool {
        guard case .invite(let machine) = machine else { return false }
        return machine.hasFinalResponse && machine.state != .accepted
    }
}
