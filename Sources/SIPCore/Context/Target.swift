public import SIPSyntax
public import SIPTransaction

/// One place to send a request to: an element of the target set (§16.5), with what is needed to reach it.
public struct Target: Sendable {
    /// The new Request-URI; nil keeps the request's own and follows its Route.
    public var uri: [UInt8]?
    /// The preference, in thousandths; equal ones are tried in parallel (§16.6, "q").
    public var q: UInt16
    /// Route values to send with it, comma-separated: a contact's Path or the policy's `route`; empty for none.
    public var route: [UInt8]
    /// The flow that the contact is reached by: its connection, or the address it registered from.
    public var flow: Flow?
    /// The listener to send from.
    public var listener: UInt16?
    /// Header fields to add to this branch alone.
    public var headers: [(name: [UInt8], value: [UInt8])]
    /// What the policy knows the target by, to find it again in the outcome.
    public var reference: UInt64

    public init(
        uri: [UInt8]?, q: UInt16 = 1000, route: [UInt8] = [], flow: Flow? = nil, listener: UInt16? = nil,
        headers: [(name: [UInt8], value: [UInt8])] = [], reference: UInt64 = 0
    ) {
        self.uri = uri
        self.q = q
        self.route = route
        self.flow = flow
        self.listener = listener
        self.headers = headers
        self.reference = reference
    }

    /// The request as it is: its Request-URI and its route set.
    public static var asReceived: Target { Target(uri: nil) }
}

/// In which order the targets of an attempt are tried.
public enum TargetOrder: UInt8, Sendable {
    /// Groups of equal q in parallel, the highest first.
    case q
    /// All at once.
    case parallel
    /// One after the other, as listed.
    case serial
}

/// The options of `relay` and `fork`.
public struct AttemptOptions: Sendable {
    public var order = TargetOrder.q
    /// How long a target or parallel group may take; past it the branches are cancelled.
    public var timeout: SIPDuration?
    /// How long the whole attempt may take.
    public var total: SIPDuration?
    /// How long a target may give no response of any kind.
    public var deadAfter = SIPDuration.seconds(Int64(4))
    /// The statuses that move on to the next address of a target.
    public var failoverStatuses: [Int] = [503]
    /// Whether the policy looks at responses (`on_reply`) and outgoing requests (`on_branch`).
    public var hasReplyHook = false
    public var hasBranchHook = false
    /// Whether the Contacts of a 3xx become targets (§16.5).
    public var followsRedirects = false

    public init() {}
}

/// What an attempt came to, as the policy sees it.
public struct AttemptOutcome: Sendable {
    /// The best status of the attempt's branches, or the 2xx of any; 408 when none answered.
    public var status: Int
    /// The response behind the status; nil when there was none.
    public var response: SIPMessage?
    /// The target that gave it, as an index into the attempt's targets; nil for none or one of an earlier attempt.
    public var targetURI: [UInt8]?
    public var isCancelled: Bool
    public var isTimedOut: Bool
    /// Whether the request has its final response already.
    public var isFinished: Bool
    /// How many branches the attempt started.
    public var branchCount: Int

    public var isOK: Bool { status >= 200 && status < 300 }
}

/// What the policy wants done with a response that it looked at.
public enum HookDecision: Sendable {
    /// Go on with the response as it is now.
    case proceed
    /// The hook waits; `responseHookEnded` follows.
    case waiting
    /// The hook failed.
    case failed
}
