public import SIPProxy
public import SIPSyntax
public import SIPTransaction

/// A request that is being decided: the message, what the core found out about it, its branches and best response
/// (§16.2, "response context").
///
/// It lives from the request's arrival until its final response is out and no branch is open. The policy edits
/// `message`; `received` stays what came in, for the responses.
public final class ResponseContext {
    /// The shard that it belongs to.
    public unowned(unsafe) let shard: Shard
    /// The request as the policy sees and edits it.
    public var message: SIPMessage
    /// The request as it was received, with `received` and `rport` in its top Via.
    public let received: SIPMessage
    /// Where it came from.
    public let source: Flow
    /// What was found in the Route values that named this server.
    public internal(set) var route: RouteFinding
    /// Whether the request has a To tag.
    public internal(set) var hasToTag = false
    /// Whether the source may send calls without authentication.
    public internal(set) var isTrusted = false
    /// Whether no other proxy was between the sender and here: one Via value.
    public internal(set) var isFirstHop = false
    /// Whether the top Via names the source, so that no NAT is between the sender and here (RFC 3581).
    var isDirect = false
    /// A hash over branch and sent-by of the top Via: the number of a stateless branch (§16.11).
    var viaHash: UInt64 = 0
    /// Whether the caller cancelled.
    public internal(set) var isCancelled = false
    /// Whether a final response went upstream.
    public internal(set) var isFinished = false
    /// Who the sender proved to be, as `name@realm`; nil before authentication.
    public var user: [UInt8]?
    /// The parameters for Record-Route when the policy asked for one; nil when it did not.
    public var recordRoute: [UInt8]?
    /// The transaction user's own number for what it keeps; 0 for nothing.
    public var userToken: UInt64 = 0
    /// Whether the handler has decided something: replied, relayed, dropped.
    public internal(set) var hasActed = false
    /// Whether the policy's handler has ended.
    public internal(set) var isHandlerDone = false

    /// The server transaction's number; 0 for an ACK and for a request that is handled statelessly.
    var transaction: UInt64 = 0
    var branches: [Branch] = []
    var attempt: AttemptRun?
    /// The status of the best final response so far, or of the 2xx that went upstream (§16.7 step 6); 0 for none.
    public internal(set) var bestStatus = 0
    /// That response; nil when no branch answered.
    public internal(set) var bestResponse: SIPMessage?
    /// The Request-URI of the branch that gave it.
    public internal(set) var bestTarget: [UInt8]?
    /// WWW-Authenticate and Proxy-Authenticate values of all 401 and 407 (§16.7 step 7).
    var challenges: [SIPMessage] = []
    /// The 200 ms timer, or 3.5 s for a request other than INVITE.
    var tryingTimer = TimerHandle.none
    var hasSentTrying = false
    /// Whether nothing is to be answered any more although no final response went upstream.
    var isDropped = false
    /// The hash for loop detection, computed with the first branch.
    var loopHash: UInt64?
    /// The trusted peer or gateway in the dialog, for its token; 0 for none.
    var trustMark: UInt32 = 0
    /// Whether the reply hook is to see the best response when it is chosen.
    var bestIsHooked = false
    var bestBranch = 0
    /// Whether it was forwarded statelessly.
    var isForwarded = false
    /// Whether the shard has let go of it.
    var isReleased = false
    /// Responses that wait behind a reply hook.
    var heldResponses: [HeldResponse] = []

    init(shard: Shard, message: SIPMessage, source: Flow, route: RouteFinding) {
        self.shard = shard
        self.message = message
        received = message
        self.source = source
        self.route = route
    }

    public var method: SIPMethod { message.method }

    /// A To tag and a Route of ours whose token verifies; never for REGISTER.
    public var isInDialog: Bool { hasToTag && route.token != nil && method != .register }

    /// Whether a policy's action can still change anything.
    public var isOpen: Bool { !isFinished && !isDropped }

    /// The flow to the sender, when it is a first hop that its Contact can't be trusted to lead to.
    var callerFlow: Flow? {
        guard isFirstHop, source.transport.isReliable || !isDirect else { return nil }
        return source
    }

    var hasOpenBranch: Bool { branches.contains { $0.isOpen } }
}

/// A response that waits until the reply hook has ended.
struct HeldResponse {
    var branch: Int
    var message: SIPMessage
    /// The number of the client transaction that it came to.
    var client: UInt64
}

/// One branch of a response context.
struct Branch {
    /// The client transaction's number; 0 before its first request is sent, and after it ended.
    var client: UInt64 = 0
    /// The target, as an index into the targets of its attempt.
    var target: Int
    /// The number of its attempt.
    var attempt: Int
    /// The target's URI; nil for the request's own.
    var uri: [UInt8]?
    var isOpen = true
    /// The last status that came; 0 for none.
    var status = 0
    /// When the request was sent, and when the last provisional response came: Timer C counts from there.
    var startedAt = SIPInstant.zero
    var lastProgress = SIPInstant.zero
    /// Whether our own CANCEL ended it: its 487 counts as 408.
    var isCancelledByUs = false
    /// The addresses that are left to try (RFC 3263 §4.3).
    var nextHops: [NextHop] = []
    /// Contacts of a 3xx that are left to try, and how many were taken over in all (§16.5).
    var redirects: [[UInt8]] = []
    var redirectCount = 0
    /// The request's text with the target applied and without Via, for the next address.
    var prepared: SIPMessage?
    /// The responses that the reply hook has seen, by status, To tag and RSeq.
    var seenByHook: [UInt64] = []
}

/// Where a branch goes: an address to send to.
struct NextHop: Hashable, Sendable {
    var transport: TransportProtocol
    var address: TransportAddress
    /// The flow to use, when it is a known one.
    var flow: Flow?
    var listener: UInt16?

    /// A hop for each address of a name, in their order.
    static func list(
        _ addresses: [IPAddress], _ port: UInt16, _ transport: TransportProtocol, _ listener: UInt16?
    ) -> [NextHop] {
        addresses.map {
            NextHop(
                transport: transport, address: TransportAddress(ip: $0, port: port), flow: nil, listener: listener)
        }
    }
}

/// An attempt and what the driver keeps for it.
final class AttemptRun {
    var machine: Attempt
    let number: Int
    let targets: [Target]
    let options: AttemptOptions
    var groupTimer = TimerHandle.none
    var totalTimer = TimerHandle.none
    var graceTimer = TimerHandle.none
    /// The best final response of the attempt's own branches, and its status; 0 for none.
    var bestStatus = 0
    var bestResponse: SIPMessage?
    var bestTarget: [UInt8]?

    init(machine: Attempt, number: Int, targets: [Target], options: AttemptOptions) {
        self.machine = machine
        self.number = number
        self.targets = targets
        self.options = options
    }
}
