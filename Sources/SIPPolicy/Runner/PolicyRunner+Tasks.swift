internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

extension PolicyRunner {
    /// Starts a function as a coroutine of a run and goes on until it waits or ends.
    func start(
        _ function: LuaReference, _ kind: PolicyTask.Kind, _ run: PolicyRun, hook: LuaHooks, parent: UInt32 = 0,
        place: Int = 0, arguments: (LuaCall) -> Int = { _ in 0 }
    ) {
        let task = makeTask(kind, run, hook, parent: parent, place: place)
        start(function, task: task, hook, arguments)
    }

    func start(
        _ function: LuaReference, task: UInt32, _ hook: LuaHooks, _ arguments: (LuaCall) -> Int
    ) {
        if parentless(tasks[Int(task)].kind) { counters.runs &+= 1 }
        let progress = state.start(
            function, hook: hook, budget: budget, context: UInt64(task), arguments: arguments
        ) { call, count in returned(task, call, count) }
        advance(task, progress)
    }

    private func parentless(_ kind: PolicyTask.Kind) -> Bool { kind == .request || kind == .event }

    /// Goes on with a task that waits; `results` pushes what the function that waited returns.
    func resume(_ task: UInt32, _ results: (LuaCall) -> Int) {
        guard let thread = tasks[Int(task)].thread else { return }
        endWait(task)
        let progress = state.resume(thread, results: results) { call, count in returned(task, call, count) }
        if let progress { advance(task, progress) }
    }

    func resume(_ task: UInt32, raising message: String) {
        guard let thread = tasks[Int(task)].thread else { return }
        endWait(task)
        let progress = state.resume(thread, raising: message) { call, count in returned(task, call, count) }
        if let progress { advance(task, progress) }
    }

    private func endWait(_ task: UInt32) {
        tasks[Int(task)].thread = nil
        tasks[Int(task)].wait = .nothing
    }

    /// Ends a waiting task by force, and what it waits for.
    func end(_ task: UInt32) {
        guard let thread = tasks[Int(task)].thread else { return }
        cancelWait(task)
        state.end(thread)
        removeTask(task)
    }

    // MARK: Progress

    private func advance(_ task: UInt32, _ progress: LuaProgress) {
        switch progress {
        case .finished: finished(task, failure: nil)
        case .failed(let failure): finished(task, failure: failure)
        case .waiting(let thread, _):
            tasks[Int(task)].thread = thread
            let pending = pendingWait
            pendingWait = .nothing
            waits(task, for: pending)
        }
        startSpawned()
    }

    /// The coroutine is suspended: what it waits for begins now.
    private func waits(_ task: UInt32, for pending: PendingWait) {
        let run = runs[Int(tasks[Int(task)].run)]
        run.hasWaited = true
        guard let shard else { return end(task) }
        if case .attempt = pending {
        } else if let context = run.context, !run.isHandlerDone {
            shard.handlerWaits(context)
        }
        switch pending {
        case .nothing: resume(task, raising: "the wait ended at once")
        case .attempt(let run, let targets, let options, let onReply, let onBranch):
            begin(task, run, targets, options, onReply, onBranch)
        case .sleep(let span):
            tasks[Int(task)].wait = .sleep
            startTimer(.wake, task, after: span)
        case .parts(let functions): beginParts(task, functions)
        case .credentials(let function, let question): beginCredentials(task, function, question)
        case .ownRequest(let request): begin(task, request)
        }
    }

    /// Results are read before the coroutine goes back to the pool.
    private func returned(_ task: UInt32, _ call: LuaCall, _ count: Int) {
        switch tasks[Int(task)].kind {
        case .part, .credentials:
            if count > 0 { tasks[Int(task)].results = [call.reference(-count)] }
        default: break
        }
    }

    private func finished(_ task: UInt32, failure: LuaFailure?) {
        let entry = tasks[Int(task)]
        let run = runs[Int(entry.run)]
        switch entry.kind {
        case .request: requestEnded(run, failure)
        case .replyHook: replyHookEnded(task, run, failure)
        case .part: return partEnded(task, failure)
        case .credentials: return credentialsEnded(task, failure)
        default: if let failure { report(failure, run, in: PolicyRunner.hookName(entry.hook)) }
        }
        removeTask(task)
    }

    private func requestEnded(_ run: PolicyRun, _ failure: LuaFailure?) {
        run.isHandlerDone = true
        guard let context = run.context, let shard else { return }
        if let failure {
            report(failure, run, in: "request")
        } else if !context.hasActed, context.isOpen, !context.isCancelled, context.method != .ack {
            counters.noDecision &+= 1
            log(.warning, "the handler ended without a decision; answered 500", run)
        }
        shard.handlerEnded(context, failed: failure != nil)
    }

    static func hookName(_ hook: LuaHooks) -> String {
        let number = Int(hook.rawValue.trailingZeroBitCount)
        return number < PolicyHook.names.count ? PolicyHook.names[number] : "a handler"
    }

    // MARK: Timers

    func startTimer(_ purpose: TimerToken.Purpose, _ task: UInt32, after span: SIPDuration) {
        guard let shard else { return }
        let token = TimerToken(
            tag: generation.tag, purpose, task: task, generation: tasks[Int(task)].generation)
        tasks[Int(task)].timer = shard.startUserTimer(after: span, token: token.rawValue)
    }

    /// A timer that ends the task by force, beside the one of its wait.
    func startDeadline(_ purpose: TimerToken.Purpose, _ task: UInt32, after span: SIPDuration) {
        guard let shard else { return }
        let token = TimerToken(
            tag: generation.tag, purpose, task: task, generation: tasks[Int(task)].generation)
        tasks[Int(task)].deadline = shard.startUserTimer(after: span, token: token.rawValue)
    }

    func stopTimer(_ task: UInt32) {
        guard tasks[Int(task)].timer != 0 else { return }
        shard?.stopUserTimer(tasks[Int(task)].timer)
        tasks[Int(task)].timer = 0
    }

    // MARK: sip.spawn

    /// Starts what was spawned while another coroutine ran.
    private func startSpawned() {
        while !pendingSpawns.isEmpty {
            let spawn = pendingSpawns.removeFirst()
            let run = runs[Int(spawn.run)]
            guard run.isLive, run.generation == spawn.runGeneration else { continue }
            // The run was kept for it.
            run.liveTasks -= 1
            start(spawn.function, .spawned, run, hook: PolicyHook.task)
            state.release(spawn.function)
        }
    }

    // MARK: sip.all

    private func beginParts(_ task: UInt32, _ functions: [LuaReference]) {
        let run = runs[Int(tasks[Int(task)].run)]
        tasks[Int(task)].wait = .parts(left: functions.count)
        tasks[Int(task)].results = Array(repeating: nil, count: functions.count)
        let hook = tasks[Int(task)].hook
        let generation = tasks[Int(task)].generation
        for (place, function) in functions.enumerated() {
            // One that fails at once ends the wait: the others are not begun.
            if tasks[Int(task)].generation == generation, case .parts = tasks[Int(task)].wait {
                start(function, .part, run, hook: hook, parent: task, place: place)
            }
            state.release(function)
        }
    }

    private func partEnded(_ task: UInt32, _ failure: LuaFailure?) {
        let (parent, place) = (tasks[Int(task)].parent, tasks[Int(task)].place)
        let result = tasks[Int(task)].results.first ?? nil
        tasks[Int(task)].results = []
        guard tasks[Int(parent)].isLive, case .parts(let left) = tasks[Int(parent)].wait else {
            if let result { state.release(result) }
            return removeTask(task)
        }
        if let failure {
            if let result { state.release(result) }
            endParts(of: parent, except: task)
            releaseResults(parent)
            resume(parent, raising: failure.message)
            return removeTask(task)
        }
        tasks[Int(parent)].results[place] = result
        tasks[Int(parent)].wait = .parts(left: left - 1)
        if left == 1 { resumeWithResults(parent) }
        removeTask(task)
    }

    /// All have ended: `sip.all` returns their first results, in order.
    private func resumeWithResults(_ task: UInt32) {
        let results = tasks[Int(task)].results
        tasks[Int(task)].results = []
        resume(task) { call in
            for result in results {
                if let result { call.push(result) } else { call.pushNil() }
            }
            return results.count
        }
        for result in results { if let result { state.release(result) } }
    }

    private func endParts(of parent: UInt32, except kept: UInt32) {
        for number in tasks.indices
        where tasks[number].isLive && tasks[number].kind == .part && tasks[number].parent == parent
            && UInt32(number) != kept
        {
            end(UInt32(number))
        }
    }

    private func releaseResults(_ task: UInt32) {
        for result in tasks[Int(task)].results { if let result { state.release(result) } }
        tasks[Int(task)].results = []
    }

    /// What an ended coroutine waited for reaches nobody.
    func cancelWait(_ task: UInt32) {
        switch tasks[Int(task)].wait {
        case .attempt: runs[Int(tasks[Int(task)].run)].attemptTask = 0
        case .ownRequest(let number):
            ownRequests[number] = nil
            ownRequestRuns[number] = nil
        case .parts:
            endParts(of: task, except: .max)
            releaseResults(task)
        case .credentials: endCredentials(of: task)
        case .nothing, .sleep: break
        }
    }
}
