import SIPProxy
import SIPSyntax
import SIPTransaction

/// Runs an attempt's actions on its response context; the end is noted and reported after the event.
struct ContextSink: AttemptSink {
    unowned(unsafe) let shard: Shard
    unowned(unsafe) let context: ResponseContext
    var started: [Int] = []
    var hasEnded = false

    mutating func perform(_ action: AttemptAction) {
        switch action {
        // Branches are started after the event: one that fails at once is an event of its own.
        case .startBranch(let target): started.append(target)
        case .cancelBranch(let target): shard.cancelBranch(context, target: target)
        case .abandonBranch(let target): shard.abandonBranch(context, target: target)
        case .start(let timer, let span): shard.startAttemptTimer(context, timer, span)
        case .stop(let timer): shard.stopAttemptTimer(context, timer)
        case .end: hasEnded = true
        }
    }
}

extension Shard {
    // MARK: Start

    /// Tries targets (§16.5, §16.6). The outcome comes with `attemptEnded`, never from within this call.
    ///
    /// - Returns: false when an attempt of the request is under way.
    public func startAttempt(_ context: ResponseContext, _ targets: [Target], _ options: AttemptOptions) -> Bool {
        if let attempt = context.attempt, !attempt.machine.isEnded { return false }
        context.hasActed = true
        guard context.isOpen, !context.isCancelled else {
            let status = context.isCancelled ? 487 : context.bestStatus
            pendingUserCalls.append(.attemptEnded(context, outcome(withoutBranches: context, status: status)))
            return true
        }
        // A policy that goes on after a 6xx sets it aside.
        if context.bestStatus >= 600 { forgetBest(context) }
        if context.method == .invite { sendTrying(context) }
        let expanded = expand(targets, context)
        guard !expanded.isEmpty else {
            let status = context.hasToTag ? 481 : 404
            note(context, status: status, response: nil, target: nil)
            pendingUserCalls.append(.attemptEnded(context, outcome(withoutBranches: context, status: status)))
            return true
        }
        let (ordered, sizes) = TargetGroups.arrange(expanded, options.order)
        let rules = Attempt.Rules(
            isInvite: context.method == .invite, hasTimeout: options.timeout != nil, hasTotal: options.total != nil)
        context.attempt = AttemptRun(
            machine: Attempt(groupSizes: sizes, rules: rules), number: (context.attempt?.number ?? 0) + 1,
            targets: ordered, options: options)
        attemptEvent(context) { machine, sink in machine.start(into: &sink) }
        return true
    }

    private func forgetBest(_ context: ResponseContext) {
        context.bestStatus = 0
        context.bestResponse = nil
        context.bestTarget = nil
    }

    /// Targets that are addresses-of-record of this server become their contacts; nothing is sent to ourselves.
    private func expand(_ targets: [Target], _ context: ResponseContext) -> [Target] {
        var expanded: [Target] = []
        for target in targets {
            guard target.flow == nil, target.route.isEmpty, isLocalTarget(target, context) else {
                expanded.append(target)
                continue
            }
            let text = target.uri ?? context.message.requestURI.array
            expanded += localTargets(text, context, q: target.q)
        }
        return expanded
    }

    func isLocalTarget(_ target: Target, _ context: ResponseContext) -> Bool {
        guard let uri = target.uri else {
            // What is left of a route set leads away from here.
            guard !context.message.has(.route), !followsFlow(context) else { return false }
            return isLocal(context.message.requestURI)
        }
        return uri.withByteView { isLocal($0) }
    }

    /// Whether the request's own dialog token names a flow to follow.
    private func followsFlow(_ context: ResponseContext) -> Bool {
        liveFlow(of: context) != nil
    }

    func isLocal(_ text: ByteView) -> Bool {
        guard let layout = URILayout(text) else { return false }
        return configuration.identity.isLocal(layout, in: text)
    }

    /// Gives the context's attempt an event and does what follows from it.
    func attemptEvent(_ context: ResponseContext, _ event: (inout Attempt, inout ContextSink) -> Void) {
        guard let run = context.attempt else { return }
        var sink = ContextSink(shard: self, context: context)
        // Actions look at the run's options and timers, never at the machine that gives them.
        event(&run.machine, &sink)
        if sink.hasEnded { return endAttempt(context) }
        for target in sink.started { startBranch(context, target) }
    }

    private func endAttempt(_ context: ResponseContext) {
        guard let attempt = context.attempt else { return }
        let count = context.branches.reduce(0) { $0 + ($1.attempt == attempt.number ? 1 : 0) }
        guard !context.isHandlerDone else { return handlerless(context) }
        pendingUserCalls.append(.attemptEnded(context, outcome(of: context, branches: count)))
    }

    /// What the attempt came to by its own branches; a 2xx counts whichever attempt it is of.
    private func outcome(of context: ResponseContext, branches: Int) -> AttemptOutcome {
        let isAccepted = context.bestStatus >= 200 && context.bestStatus < 300
        let status = isAccepted ? context.bestStatus : context.attempt?.bestStatus ?? 0
        return AttemptOutcome(
            status: status == 0 ? 408 : status,
            response: isAccepted ? context.bestResponse : context.attempt?.bestResponse,
            targetURI: isAccepted ? context.bestTarget : context.attempt?.bestTarget,
            isCancelled: context.isCancelled, isTimedOut: context.attempt?.machine.isTimedOut ?? false,
            isFinished: context.isFinished, branchCount: branches)
    }

    /// The outcome of an attempt that never began: no target, or a request that is finished.
    private func outcome(withoutBranches context: ResponseContext, status: Int) -> AttemptOutcome {
        AttemptOutcome(
            status: status, response: nil, targetURI: nil, isCancelled: context.isCancelled, isTimedOut: false,
            isFinished: context.isFinished, branchCount: 0)
    }

    // MARK: Timers

    func startAttemptTimer(_ context: ResponseContext, _ timer: AttemptTimer, _ span: AttemptSpan) {
        stopAttemptTimer(context, timer)
        guard let options = context.attempt?.options else { return }
        let delay: SIPDuration
        switch span {
        case .timeout: delay = options.timeout ?? configuration.maximumRinging
        case .total: delay = options.total ?? configuration.maximumRinging
        case .grace: delay = .milliseconds(500)
        }
        let handle = schedule(TimerPayload(.attempt, timer.rawValue, context.transaction), after: delay)
        switch timer {
        case .group: context.attempt?.groupTimer = handle
        case .total: context.attempt?.totalTimer = handle
        case .grace: context.attempt?.graceTimer = handle
        }
    }

    func stopAttemptTimer(_ context: ResponseContext, _ timer: AttemptTimer) {
        guard let run = context.attempt else { return }
        switch timer {
        case .group: stop(&run.groupTimer)
        case .total: stop(&run.totalTimer)
        case .grace: stop(&run.graceTimer)
        }
    }

    func attemptTimerFired(_ context: ResponseContext, _ timer: AttemptTimer) {
        attemptEvent(context) { machine, sink in machine.timerFired(timer, into: &sink) }
    }

    // MARK: CANCEL from upstream

    /// The caller cancelled: each open branch is cancelled; without one, the INVITE is answered 487 (§16.10, §9.2).
    func cancelled(_ context: ResponseContext) {
        guard !context.isCancelled, context.isOpen, context.method == .invite else { return }
        context.isCancelled = true
        if let attempt = context.attempt, !attempt.machine.isEnded {
            cancelOpenBranches(context, except: nil)
            attemptEvent(context) { machine, sink in machine.cancel(into: &sink) }
            return
        }
        cancelOpenBranches(context, except: nil)
        guard !context.hasOpenBranch else { return }
        replyTerminated(context)
    }

    /// 487 to a cancelled INVITE; the handler is told when it still waits for something.
    private func replyTerminated(_ context: ResponseContext) {
        let isWaiting = !context.isHandlerDone
        reply(context, ReplyContent(status: 487))
        if isWaiting { pendingUserCalls.append(.cancelled(context)) }
    }
}

/// The order in which targets are tried.
enum TargetGroups {
    /// The targets in order, and the sizes of the groups that are tried in parallel.
    static func arrange(_ targets: [Target], _ order: TargetOrder) -> ([Target], [Int]) {
        guard targets.count > 1 else { return (targets, [targets.count]) }
        switch order {
        case .parallel: return (targets, [targets.count])
        case .serial: return (targets, Array(repeating: 1, count: targets.count))
        case .q: return byPreference(targets)
        }
    }

    /// Stable, so that equal ones keep their order.
    private static func byPreference(_ targets: [Target]) -> ([Target], [Int]) {
        let ordered = targets.enumerated()
            .sorted { ($1.element.q, $0.offset) < ($0.element.q, $1.offset) }
            .map(\.element)
        var sizes: [Int] = []
        for (index, target) in ordered.enumerated() {
            if index > 0, ordered[index - 1].q == target.q {
                sizes[sizes.count - 1] += 1
            } else {
                sizes.append(1)
            }
        }
        return (ordered, sizes)
    }
}
