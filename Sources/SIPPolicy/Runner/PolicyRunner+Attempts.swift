internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

extension PolicyRunner {
    /// Starts the attempt that a suspended handler asked for.
    func begin(
        _ task: UInt32, _ run: PolicyRun, _ targets: [Target], _ options: AttemptOptions, _ onReply: LuaReference?,
        _ onBranch: LuaReference?
    ) {
        guard let shard, let context = run.context else {
            return resume(task, raising: "the request has ended")
        }
        if let old = run.onReply { state.release(old) }
        if let old = run.onBranch { state.release(old) }
        run.onReply = onReply
        run.onBranch = onBranch
        run.attemptTask = task
        tasks[Int(task)].wait = .attempt
        if !shard.startAttempt(context, targets, options) {
            run.attemptTask = 0
            resume(task, raising: "another attempt of this request is under way")
        }
    }

    /// Pushes the outcome of an attempt.
    func pushOutcome(_ outcome: AttemptOutcome, of run: PolicyRun, _ call: LuaCall) {
        var result = PolicyOutcome(
            status: outcome.status, response: 0, target: -1, isCancelled: outcome.isCancelled,
            isTimedOut: outcome.isTimedOut, isFinished: outcome.isFinished, isOK: outcome.isOK,
            branchCount: outcome.branchCount)
        if let response = outcome.response, run.messages.count < LuaHandle.mostValues {
            result.response = add(response, to: run)
        }
        if let text = outcome.targetURI, let uri = SIPURI(bytes: text) {
            run.uris.append(uri)
            result.target = run.uris.count - 1
        }
        push(result, of: run, call)
    }

    func push(_ outcome: PolicyOutcome, of run: PolicyRun, _ call: LuaCall) {
        run.outcomes.append(outcome)
        call.push(run.handle(PolicyClass.outcome, UInt32(run.outcomes.count - 1)))
    }

    /// What an action gives on a request that a response from downstream or a CANCEL has finished.
    func pushFinished(_ run: PolicyRun, _ context: ResponseContext, _ call: LuaCall) {
        var outcome =
            run.outcomes.last
            ?? PolicyOutcome(
                status: 0, response: 0, target: -1, isCancelled: false, isTimedOut: false, isFinished: true,
                isOK: false,
                branchCount: 0)
        outcome.isFinished = true
        outcome.isCancelled = context.isCancelled
        outcome.isOK = context.bestStatus >= 200 && context.bestStatus < 300
        if outcome.isOK {
            outcome.status = context.bestStatus
            outcome.response = context.bestResponse.map { add($0, to: run) } ?? 0
        } else if context.isCancelled {
            outcome.status = 487
            outcome.response = 0
        }
        push(outcome, of: run, call)
    }
}
