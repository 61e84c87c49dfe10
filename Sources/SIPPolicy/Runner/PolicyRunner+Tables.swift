internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax

extension PolicyRunner {
    // MARK: Runs

    /// The run that an object belongs to; nil when it has ended.
    @inline(__always)
    func run(_ handle: LuaHandle) -> PolicyRun? {
        guard Int(handle.slot) < runs.count else { return nil }
        let run = runs[Int(handle.slot)]
        return run.generation == handle.generation && run.isLive ? run : nil
    }

    /// The run of the coroutine that calls; that of the top level outside of handlers.
    func currentRun(_ call: LuaCall) -> PolicyRun { runs[Int(tasks[Int(call.context)].run)] }

    func makeRun(_ context: ResponseContext?) -> PolicyRun {
        let run: PolicyRun
        if let slot = freeRuns.popLast() {
            run = runs[Int(slot)]
        } else {
            run = PolicyRun(slot: UInt32(runs.count))
            runs.append(run)
        }
        run.isLive = true
        run.context = context
        if let context {
            run.isCoreDone = false
            context.userToken = RunToken(tag: generation.tag, slot: run.slot, generation: run.generation).rawValue
        }
        return run
    }

    /// The run of a request, by the number that its context keeps; nil when it has ended.
    func run(of context: ResponseContext) -> PolicyRun? {
        let token = RunToken(rawValue: context.userToken)
        guard token.tag == generation.tag, token.slot > 0, Int(token.slot) < runs.count else { return nil }
        let run = runs[Int(token.slot)]
        return run.isLive && run.generation & RunToken.generationMask == token.generation ? run : nil
    }

    func releaseIfDone(_ run: PolicyRun) {
        guard run.isLive, run.slot != 0, run.liveTasks == 0, run.isCoreDone else { return }
        run.isLive = false
        run.generation &+= 1
        release(&run.onReply)
        release(&run.onBranch)
        release(&run.userTable)
        run.reset()
        freeRuns.append(run.slot)
    }

    private func release(_ reference: inout LuaReference?) {
        guard let kept = reference else { return }
        state.release(kept)
        reference = nil
    }

    // MARK: Tasks

    func makeTask(_ kind: PolicyTask.Kind, _ run: PolicyRun, _ hook: LuaHooks, parent: UInt32 = 0, place: Int = 0)
        -> UInt32
    {
        let number: UInt32
        if let free = freeTasks.popLast() {
            number = free
        } else {
            number = UInt32(tasks.count)
            tasks.append(PolicyTask())
        }
        run.liveTasks += 1
        tasks[Int(number)].kind = kind
        tasks[Int(number)].isLive = true
        tasks[Int(number)].run = run.slot
        tasks[Int(number)].parent = parent
        tasks[Int(number)].place = place
        tasks[Int(number)].hook = hook
        return number
    }

    func removeTask(_ number: UInt32) {
        let run = runs[Int(tasks[Int(number)].run)]
        stopTimers(number)
        tasks[Int(number)].isLive = false
        tasks[Int(number)].generation &+= 1
        tasks[Int(number)].thread = nil
        tasks[Int(number)].wait = .nothing
        if !tasks[Int(number)].results.isEmpty { tasks[Int(number)].results = [] }
        freeTasks.append(number)
        run.liveTasks -= 1
        releaseIfDone(run)
    }

    private func stopTimers(_ number: UInt32) {
        if tasks[Int(number)].timer != 0 {
            shard?.stopUserTimer(tasks[Int(number)].timer)
            tasks[Int(number)].timer = 0
        }
        if tasks[Int(number)].deadline != 0 {
            shard?.stopUserTimer(tasks[Int(number)].deadline)
            tasks[Int(number)].deadline = 0
        }
    }

    // MARK: Values of a run

    /// Adds a message; its number.
    func add(_ message: SIPMessage, to run: PolicyRun) -> Int {
        run.messages.append(message)
        return run.messages.count
    }

    /// Pushes a URI object with this text; nil for text that is none.
    func pushURI(_ uri: SIPURI?, of run: PolicyRun, _ call: LuaCall) {
        guard let uri, run.uris.count < LuaHandle.mostValues * 64 else { return call.pushNil() }
        run.uris.append(uri)
        call.push(run.handle(PolicyClass.uri, LuaHandle.ownURI | UInt32(run.uris.count - 1)))
    }

    func pushContact(_ contact: PolicyContact, of run: PolicyRun, _ call: LuaCall) {
        run.contacts.append(contact)
        call.push(run.handle(PolicyClass.contact, UInt32(run.contacts.count - 1)))
    }
}

/// The number that a response context keeps for its runner: the generation's tag, and the run's slot and generation.
struct RunToken: RawRepresentable {
    var rawValue: UInt64
    static let generationMask: UInt32 = 0xFF_FFFF

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(tag: UInt16, slot: UInt32, generation: UInt32) {
        rawValue = UInt64(tag) << 48 | UInt64(generation & RunToken.generationMask) << 24 | UInt64(slot & 0xFF_FFFF)
    }

    var tag: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 48) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 24) & RunToken.generationMask }
    var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) & 0xFF_FFFF }
}
