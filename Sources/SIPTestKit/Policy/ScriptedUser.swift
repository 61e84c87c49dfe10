public import SIPCore
public import SIPSyntax
public import SIPTransaction

/// A policy of closures, shared by all shards of a virtual server: what decides a request, and what came of it.
public final class PolicyScript {
    /// Decides about a request. When it returns without waiting for an outcome the handler has ended.
    public var onRequest: (ScriptedRequest) -> Void
    /// Sees and edits the responses of attempts with a reply hook.
    public var onReply: ((ScriptedRequest, inout SIPMessage) -> HookDecision)?
    /// Sees and edits the outgoing request of attempts with a branch hook.
    public var onBranch: ((ScriptedRequest, inout SIPMessage) -> Void)?
    /// Sees responses that belong to no transaction; true when it dealt with them.
    public var onStrayResponse: ((SIPMessage) -> Bool)?
    /// The outcomes of all attempts, in order.
    public internal(set) var outcomes: [AttemptOutcome] = []
    /// Requests that were told to be cancelled while they waited for something else.
    public internal(set) var cancelledCount = 0
    /// Requests whose context is not released yet.
    public internal(set) var openCount = 0
    /// Answers to requests of our own.
    public internal(set) var ownResults: [UInt64: OwnRequestResult] = [:]
    var requests: [UInt64: ScriptedRequest] = [:]
    var lastToken: UInt64 = 0

    public init(_ onRequest: @escaping (ScriptedRequest) -> Void) { self.onRequest = onRequest }

    /// The transaction user of one shard.
    public func makeUser(_ shard: Shard) -> any TransactionUser { ScriptedUser(shard, self) }
}

/// One request that a script decides about.
public final class ScriptedRequest {
    public let shard: Shard
    public let context: ResponseContext
    let script: PolicyScript
    var waiting: ((AttemptOutcome) -> Void)?
    var isHeld = false
    /// What the handler does when the request is finished while it waits for something else.
    public var onCancel: (() -> Void)?

    init(_ shard: Shard, _ context: ResponseContext, _ script: PolicyScript) {
        self.shard = shard
        self.context = context
        self.script = script
    }

    public var method: String { context.message.methodText.string }
    public var uri: String { context.message.requestURI.string }

    /// A header field's first value.
    public func header(_ name: String) -> String? {
        guard let index = name.withByteView({ context.message.firstIndex(named: $0) }) else { return nil }
        return context.message.fieldValue(at: index).string
    }

    // MARK: Actions

    public func reply(_ status: Int, headers: [(String, String)] = []) {
        shard.reply(
            context,
            ReplyContent(status: status, headers: headers.map { (Array($0.0.utf8), Array($0.1.utf8)) }))
    }

    /// Answers 302 with these contacts.
    public func redirect(_ contacts: [String]) { reply(302, headers: contacts.map { ("Contact", "<\($0)>") }) }

    public func recordRoute(_ parameters: String = "") { context.recordRoute = Array(parameters.utf8) }

    public func drop() { shard.drop(context) }

    @discardableResult
    public func forward(_ uri: String? = nil) -> Bool {
        shard.forward(context, to: uri.map { Target(uri: Array($0.utf8)) } ?? .asReceived)
    }

    /// Tries targets; `then` gets the outcome. Without `then` the handler ends with the attempt.
    public func fork(
        _ targets: [Target], _ options: AttemptOptions = AttemptOptions(),
        then: @escaping (AttemptOutcome) -> Void = { _ in }
    ) {
        waiting = then
        if !shard.startAttempt(context, targets, options) { waiting = nil }
    }

    /// Tries URIs with equal preference, or in order.
    public func fork(
        uris: [String], _ options: AttemptOptions = AttemptOptions(),
        then: @escaping (AttemptOutcome) -> Void = { _ in }
    ) {
        fork(uris.map { Target(uri: Array($0.utf8)) }, options, then: then)
    }

    /// Sends the request on as it is, or to one URI.
    public func relay(
        _ uri: String? = nil, _ options: AttemptOptions = AttemptOptions(),
        then: @escaping (AttemptOutcome) -> Void = { _ in }
    ) {
        if method == "ACK" {
            forward(uri)
        } else {
            fork([uri.map { Target(uri: Array($0.utf8)) } ?? .asReceived], options, then: then)
        }
    }

    /// Lets the handler wait for something else; `end` ends it.
    ///
    /// - Parameter says: whether the shard is told, so that a 100 goes out at once.
    public func hold(says: Bool = true) {
        isHeld = true
        if says { shard.handlerWaits(context) }
    }

    /// Ends a handler that waited.
    public func end(failed: Bool = false) {
        isHeld = false
        waiting = nil
        shard.handlerEnded(context, failed: failed)
    }

    /// Ends the handler unless it waits.
    func settle() {
        if waiting == nil, !isHeld { shard.handlerEnded(context, failed: false) }
    }
}

/// The transaction user of one shard that asks a script.
public final class ScriptedUser: TransactionUser {
    private unowned let shard: Shard
    private let script: PolicyScript

    public init(_ shard: Shard, _ script: PolicyScript) {
        self.shard = shard
        self.script = script
    }

    public func requestReceived(_ context: ResponseContext) {
        let request = ScriptedRequest(shard, context, script)
        script.lastToken += 1
        context.userToken = script.lastToken
        script.requests[context.userToken] = request
        script.openCount += 1
        script.onRequest(request)
        request.settle()
    }

    public func attemptEnded(_ context: ResponseContext, _ outcome: AttemptOutcome) {
        script.outcomes.append(outcome)
        guard let request = script.requests[context.userToken], let then = request.waiting else { return }
        request.waiting = nil
        then(outcome)
        request.settle()
    }

    public func responseReceived(
        _ context: ResponseContext, branch: Int, _ response: inout SIPMessage
    ) -> HookDecision {
        guard let request = script.requests[context.userToken], let hook = script.onReply else { return .proceed }
        return hook(request, &response)
    }

    public func branchCreated(_ context: ResponseContext, branch: Int, _ request: inout SIPMessage) {
        guard let scripted = script.requests[context.userToken] else { return }
        script.onBranch?(scripted, &request)
    }

    public func requestCancelled(_ context: ResponseContext) {
        script.cancelledCount += 1
        guard let request = script.requests[context.userToken], request.isHeld else { return }
        request.onCancel?()
        request.end()
    }

    public func contextEnded(_ context: ResponseContext) {
        // A request that the core answered by itself was never shown.
        if script.requests.removeValue(forKey: context.userToken) != nil { script.openCount -= 1 }
    }

    public func strayResponse(_ response: SIPMessage, from flow: Flow) -> Bool {
        script.onStrayResponse?(response) ?? false
    }

    public func ownRequestEnded(_ originator: UInt64, _ result: OwnRequestResult) {
        script.ownResults[originator] = result
    }
}

extension PolicyScript {
    /// Ends every handler that waits, each as an event of its shard.
    public func endAll(failed: Bool = false, on server: VirtualServer) {
        for request in requests.values.sorted(by: { $0.context.userToken < $1.context.userToken }) {
            server.perform(on: request.shard) { request.end(failed: failed) }
        }
    }
}
