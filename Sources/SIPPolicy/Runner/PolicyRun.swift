internal import LuaRuntime
internal import SIPCore
internal import SIPRegistrar
internal import SIPSyntax

/// What belongs to one run of a handler: the request and the values that Lua objects stand for.
///
/// Objects name the run by its slot and generation, so that one that outlives it raises instead of reaching another.
/// Runs are kept and reused. It ends when its coroutines have ended and the core is done with the request.
final class PolicyRun {
    let slot: UInt32
    var generation: UInt32 = 1
    var isLive = false
    var context: ResponseContext?
    /// Responses and outgoing requests; number 1 is the first.
    var messages: [SIPMessage] = []
    var uris: [SIPURI] = []
    var contacts: [PolicyContact] = []
    var outcomes: [PolicyOutcome] = []
    /// Coroutines that have not ended.
    var liveTasks = 0
    /// Whether the core may still call about the request.
    var isCoreDone = true
    var isHandlerDone = false
    var hasWaited = false
    /// Who proved to be somebody, but not the one whom the request names.
    var refusedUser: [UInt8]?
    /// Where the policy finished the request itself, as `policy.lua:12`.
    var finishedAt: String?
    /// The coroutine that waits for the attempt that is under way; 0 for none.
    var attemptTask: UInt32 = 0
    var onReply: LuaReference?
    var onBranch: LuaReference?
    /// `req.ctx`.
    var userTable: LuaReference?
    /// What reply hooks made of the responses that they saw.
    var seenResponses: [SeenResponse] = []
    /// Where a response without a transaction came from, or an event's Call-ID.
    var callID: [UInt8] = []

    init(slot: UInt32) { self.slot = slot }

    @inline(__always)
    func handle(_ type: UInt32, _ detail: UInt32 = 0) -> LuaHandle {
        LuaHandle(type: type, slot: slot, generation: generation, detail: detail)
    }

    /// Forgets everything but its memory; the references to Lua are the runner's to release first.
    func reset() {
        context = nil
        if !messages.isEmpty { messages.removeAll(keepingCapacity: messages.count < 16) }
        if !uris.isEmpty { uris.removeAll(keepingCapacity: uris.count < 16) }
        if !contacts.isEmpty { contacts.removeAll(keepingCapacity: contacts.count < 16) }
        if !outcomes.isEmpty { outcomes.removeAll(keepingCapacity: outcomes.count < 16) }
        if !seenResponses.isEmpty { seenResponses.removeAll(keepingCapacity: seenResponses.count < 16) }
        if !callID.isEmpty { callID = [] }
        isHandlerDone = false
        hasWaited = false
        finishedAt = nil
        refusedUser = nil
        attemptTask = 0
        isCoreDone = true
    }

    /// Message `number`; 0 is the request.
    @inline(__always)
    func withMessage<R>(_ number: Int, _ body: (borrowing SIPMessage) -> R) -> R? {
        if number == 0 { return context.map { body($0.message) } }
        return number <= messages.count ? body(messages[number - 1]) : nil
    }

    /// The same to be edited.
    func editMessage<R>(_ number: Int, _ body: (inout SIPMessage) -> R) -> R? {
        if number == 0 { return context.map { body(&$0.message) } }
        return number <= messages.count ? body(&messages[number - 1]) : nil
    }
}

/// A binding as a policy sees it.
struct PolicyContact {
    var binding: Binding
    /// The canonical address-of-record; empty when it is not known.
    var addressOfRecord: [UInt8]
}

/// What an attempt came to.
struct PolicyOutcome {
    /// 0 for an ACK, which has no response.
    var status: Int
    /// The number of the response in the run; 0 for none.
    var response: Int
    /// The URI's place in the run; negative for none.
    var target: Int
    var isCancelled: Bool
    var isTimedOut: Bool
    var isFinished: Bool
    var isOK: Bool
    var branchCount: Int
}

/// A response that a reply hook has seen: repeats of it go upstream as the hook left it.
struct SeenResponse {
    /// Branch, status, To tag and RSeq in one number.
    var key: UInt64
    var branch: Int
    var status: Int
    /// The number of the message in the run.
    var message: Int
    /// The coroutine of the hook while it waits; 0 otherwise.
    var task: UInt32
    /// Copies that arrived while it waits.
    var held: Int
    var hasFailed: Bool
}
