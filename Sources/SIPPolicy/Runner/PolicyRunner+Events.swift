internal import LuaRuntime
public import SIPCore
public import SIPRegistrar
public import SIPSyntax
public import SIPTransaction

extension PolicyRunner: TransactionUser {
    // MARK: Requests

    public func requestReceived(_ context: ResponseContext) {
        let run = makeRun(context)
        guard let handler = handlers.request else { return decideWithoutPolicy(run, context) }
        start(handler, .request, run, hook: PolicyHook.request) { call in
            call.push(run.handle(PolicyClass.request))
            return 1
        }
    }

    public func contextEnded(_ context: ResponseContext) {
        guard let run = run(of: context) else { return }
        run.isCoreDone = true
        releaseIfDone(run)
    }

    // MARK: Attempts

    public func attemptEnded(_ context: ResponseContext, _ outcome: AttemptOutcome) {
        guard let run = run(of: context), run.attemptTask != 0 else { return }
        let task = run.attemptTask
        run.attemptTask = 0
        guard case .attempt = tasks[Int(task)].wait else { return }
        resume(task) { call in
            pushOutcome(outcome, of: run, call)
            return 1
        }
    }

    // MARK: Own requests and timers

    public func ownRequestEnded(_ originator: UInt64, _ result: OwnRequestResult) {
        guard let task = ownRequests.removeValue(forKey: originator) else { return }
        ownRequestEnded(task, originator, result)
    }

    public func userTimerFired(_ token: UInt64) {
        let token = TimerToken(rawValue: token)
        guard token.tag == generation.tag, let purpose = token.purpose else { return }
        if purpose == .repeating { return repeatFired(Int(token.task)) }
        guard Int(token.task) < tasks.count, tasks[Int(token.task)].isLive,
            tasks[Int(token.task)].generation & 0xFFFF == token.generation
        else { return }
        switch purpose {
        case .wake:
            tasks[Int(token.task)].timer = 0
            if case .sleep = tasks[Int(token.task)].wait { resume(token.task) { _ in 0 } }
        case .hookDeadline:
            tasks[Int(token.task)].deadline = 0
            replyHookTimedOut(token.task)
        case .ownRequest:
            tasks[Int(token.task)].timer = 0
            ownRequestTimedOut(token.task)
        case .retirement: endLoops()
        case .repeating: break
        }
    }

    // MARK: Other handlers

    public func strayResponse(_ response: SIPMessage, from flow: Flow) -> Bool {
        guard let handler = handlers.response else { return false }
        let run = makeRun(nil)
        run.callID = response.value(of: .callID)?.array ?? []
        let number = add(response, to: run)
        start(handler, .event, run, hook: PolicyHook.response) { call in
            call.push(run.handle(PolicyClass.response, UInt32(number) << 16))
            return 1
        }
        return true
    }

    /// A change of the location service, for the handlers `registered` and `unregistered`.
    ///
    /// The server calls it on one shard, within an event of that shard, with what `LocationTable.takeEvents` gave.
    public func locationChanged(_ event: LocationEvent) {
        switch event.kind {
        case .registered: bindingEvent(handlers.registered, event, hook: PolicyHook.registered, why: nil)
        case .refreshed: break
        case .unregistered(let reason):
            bindingEvent(handlers.unregistered, event, hook: PolicyHook.unregistered, why: reason.policyText)
        }
    }

    private func bindingEvent(_ handler: LuaReference?, _ event: LocationEvent, hook: LuaHooks, why: StaticString?) {
        guard let handler else { return }
        let run = makeRun(nil)
        run.callID = event.binding.callID
        start(handler, .event, run, hook: hook) { call in
            pushContact(
                PolicyContact(binding: event.binding, addressOfRecord: event.addressOfRecord), of: run, call)
            guard let why else { return 1 }
            call.push(why)
            return 2
        }
    }

    // MARK: The generation's life

    /// The runner has become its shard's transaction user: `startup` runs, and `sip.every` begins, in the first shard.
    ///
    /// Called within an event of the shard (`Shard.perform`).
    public func begin() {
        guard isFirst else { return }
        startRepeats()
        guard let handler = handlers.startup else { return }
        start(handler, .event, makeRun(nil), hook: PolicyHook.startup)
    }

    /// The server stops: `shutdown` runs in the first shard. What it waits for may not come any more.
    ///
    /// Called within an event of the shard.
    public func shutdown() {
        stopRepeats()
        guard isFirst, let handler = handlers.shutdown else { return }
        start(handler, .event, makeRun(nil), hook: PolicyHook.shutdown)
    }

    /// A newer generation has taken over: `sip.every` stops, loops see `sip.retired` and are ended after 60 s, and
    /// requests under way go on.
    ///
    /// Called within an event of the shard. The runner can go when `liveRuns` is 0.
    public func retire() {
        guard !isRetired else { return }
        isRetired = true
        stopRepeats()
        startDeadline(.retirement, 0, after: .seconds(Int64(60)))
    }

    /// Ends what `sip.spawn` and `sip.every` have started and what has not ended by itself.
    private func endLoops() {
        tasks[0].deadline = 0
        for number in tasks.indices
        where tasks[number].isLive && (tasks[number].kind == .spawned || tasks[number].kind == .repeating) {
            end(UInt32(number))
        }
    }
}

extension RemovalReason {
    var policyText: StaticString {
        switch self {
        case .requested: "requested"
        case .expired: "expired"
        case .connectionClosed: "connection_closed"
        case .unregistered: "unregistered"
        }
    }
}
