public import SIPSyntax
public import SIPTransaction

/// Who decides about requests (RFC 3261 §5, "transaction user"): the policy's runner, or a user agent.
///
/// All calls come from the shard's own thread of control, one at a time, never from within a call into the shard.
public protocol TransactionUser: AnyObject {
    /// A new request has passed the core's checks and waits for a decision.
    func requestReceived(_ context: ResponseContext)
    /// An attempt has returned.
    func attemptEnded(_ context: ResponseContext, _ outcome: AttemptOutcome)
    /// A response of an attempt with a reply hook, before it goes upstream; it can be edited.
    func responseReceived(_ context: ResponseContext, branch: Int, _ response: inout SIPMessage) -> HookDecision
    /// A branch of an attempt with a branch hook, before it is sent; it can be edited.
    func branchCreated(_ context: ResponseContext, branch: Int, _ request: inout SIPMessage)
    /// The request is finished from outside (a 2xx, a CANCEL) while the handler waits for something else.
    func requestCancelled(_ context: ResponseContext)
    /// The core is done with the request: what the user keeps for it can go when its own work has ended.
    func contextEnded(_ context: ResponseContext)
    /// A response that belongs to no transaction here; true when the user forwarded or dropped it.
    func strayResponse(_ response: SIPMessage, from flow: Flow) -> Bool
    /// A final response to a request of our own, or the failure to get one.
    func ownRequestEnded(_ originator: UInt64, _ result: OwnRequestResult)
    /// A provisional response to a request of our own.
    func ownRequestProgress(_ originator: UInt64, _ response: SIPMessage)
    /// An ACK for a 2xx that this user sent, or a request within a dialog that it made.
    func dialogRequest(_ context: ResponseContext) -> Bool
    /// A timer that the user asked for with `startUserTimer`.
    func userTimerFired(_ token: UInt64)
}

/// How a request of our own ended.
public enum OwnRequestResult: Sendable {
    case response(SIPMessage)
    case timeout
    case transportFailure
}

extension TransactionUser {
    public func responseReceived(
        _ context: ResponseContext, branch: Int, _ response: inout SIPMessage
    ) -> HookDecision { .proceed }
    public func branchCreated(_ context: ResponseContext, branch: Int, _ request: inout SIPMessage) {}
    public func requestCancelled(_ context: ResponseContext) {}
    public func contextEnded(_ context: ResponseContext) {}
    public func strayResponse(_ response: SIPMessage, from flow: Flow) -> Bool { false }
    public func ownRequestEnded(_ originator: UInt64, _ result: OwnRequestResult) {}
    public func ownRequestProgress(_ originator: UInt64, _ response: SIPMessage) {}
    public func dialogRequest(_ context: ResponseContext) -> Bool { false }
    public func userTimerFired(_ token: UInt64) {}
}
