internal import SIPSyntax
internal import SIPTransaction

/// A client transaction of this shard: the machine, the request while it may be sent again, and who waits for responses.
final class ClientTransaction {
    enum Machine {
        case invite(InviteClientTransaction)
        case nonInvite(NonInviteClientTransaction)
    }

    /// Who gets the responses.
    enum Owner {
        /// Nobody: a CANCEL of ours, or a branch that was abandoned.
        case nobody
        /// A branch of a response context.
        case branch(ResponseContext, Int)
        /// The INVITE was answered and its context is gone: a further 2xx still goes to this server transaction.
        case server(UInt64)
        /// A request of our own; the number is the originator's.
        case originator(UInt64)
    }

    /// How far the CANCEL of this INVITE is (§9.1).
    enum Cancelling {
        case no
        /// It is sent when the first provisional response comes.
        case wanted
        case sent
    }

    /// The slab's number, which the branch parameter carries.
    let number: UInt64
    var machine: Machine
    let flow: Flow
    let method: SIPMethod
    /// The request as sent; gone once nothing is built from it or sent again.
    var request: SIPMessage?
    /// The ACK for a failure, while it may have to be sent again.
    var ack: ByteBlock?
    var owner: Owner
    var cancelling = Cancelling.no
    /// The number of the transaction of our CANCEL, which has the same branch parameter.
    var cancelNumber: UInt64 = 0
    /// Timer A or E.
    var retransmitTimer = TimerHandle.none
    /// Timer B, D, F, K or M.
    var timeoutTimer = TimerHandle.none
    /// The proxy's own: `dead_after` until a response comes, Timer C from then on.
    var proxyTimer = TimerHandle.none

    init(
        number: UInt64, machine: Machine, flow: Flow, method: SIPMethod, request: SIPMessage, owner: Owner
    ) {
        self.number = number
        self.machine = machine
        self.flow = flow
        self.method = method
        self.request = request
        self.owner = owner
    }
}
