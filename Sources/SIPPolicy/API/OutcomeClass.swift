internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax

/// `outcome`: what an attempt came to.
enum OutcomeClass {
    static let declaration = LuaClass(
        "outcome", doc: "What relay or fork came to.",
        fields: [
            LuaField("status", .integer, optional: true, doc: "The best status of all branches so far; nil for ACK."),
            LuaField("reason", .string, optional: true, doc: "Its reason phrase."),
            LuaField("ok", .boolean, doc: "Whether the status is a 2xx; for ACK, whether it was sent."),
            LuaField("response", .object("response"), optional: true, doc: "The best response."),
            LuaField("target", .object("uri"), optional: true, doc: "The target that gave it."),
            LuaField("cancelled", .boolean, doc: "Whether the caller cancelled."),
            LuaField("timed_out", .boolean, doc: "Whether a time limit ended a branch."),
            LuaField("finished", .boolean, doc: "Whether the request has its final response."),
            LuaField("branches", .integer, doc: "How many branches were started."),
        ],
        metamethods: [HandleFunctions.equality], staleText: "this outcome belongs to a request that has ended",
        get: { call, handle, field in
            call.withRun(handle) { _, run in
                guard handle.place < run.outcomes.count else { return .stale }
                push(field, run.outcomes[handle.place], handle, run, call)
                return .one
            }
        })

    private static func push(
        _ field: Int, _ outcome: PolicyOutcome, _ handle: LuaHandle, _ run: PolicyRun, _ call: LuaCall
    ) {
        switch field {
        case 0: if outcome.status > 0 { call.push(outcome.status) } else { call.pushNil() }
        case 1: pushReason(outcome, run, call)
        case 2: call.push(outcome.isOK)
        case 3:
            guard outcome.response > 0 else { return call.pushNil() }
            call.push(handle.part(PolicyClass.response, UInt32(outcome.response) << 16))
        case 4:
            guard outcome.target >= 0 else { return call.pushNil() }
            call.push(handle.part(PolicyClass.uri, LuaHandle.ownURI | UInt32(outcome.target)))
        case 5: call.push(outcome.isCancelled)
        case 6: call.push(outcome.isTimedOut)
        case 7: call.push(outcome.isFinished)
        default: call.push(outcome.branchCount)
        }
    }

    private static func pushReason(_ outcome: PolicyOutcome, _ run: PolicyRun, _ call: LuaCall) {
        guard outcome.status > 0 else { return call.pushNil() }
        guard outcome.response > 0 else { return call.push(ReasonPhrase.text(outcome.status)) }
        call.push(run.messages[outcome.response - 1].reason)
    }
}
