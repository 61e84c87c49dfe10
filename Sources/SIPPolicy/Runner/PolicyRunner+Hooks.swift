internal import LuaRuntime
public import SIPCore
public import SIPSyntax
internal import SIPTransaction

/// `on_reply` and `on_branch`: coroutines of the same run, with hooks of their own.
extension PolicyRunner {
    /// How long `on_reply` may wait.
    private static var hookDeadline: SIPDuration { .seconds(Int64(2)) }

    // MARK: on_branch

    public func branchCreated(_ context: ResponseContext, branch: Int, _ request: inout SIPMessage) {
        guard let run = run(of: context), let function = run.onBranch, run.messages.count < LuaHandle.mostValues else {
            return
        }
        let number = add(request, to: run)
        start(function, .branchHook, run, hook: PolicyHook.onBranch) { call in
            call.push(run.handle(PolicyClass.branch, UInt32(number) << 16))
            return 1
        }
        request = run.messages[number - 1]
    }

    // MARK: on_reply

    public func responseReceived(
        _ context: ResponseContext, branch: Int, _ response: inout SIPMessage
    ) -> HookDecision {
        guard let run = run(of: context), let function = run.onReply else { return .proceed }
        let key = PolicyRunner.key(of: response, branch)
        if let place = run.seenResponses.firstIndex(where: { $0.key == key }) {
            return repeated(run, place, &response)
        }
        // A peer that sends new responses without end is not shown to the hook any more.
        guard run.messages.count < LuaHandle.mostValues else { return .proceed }
        let number = add(response, to: run)
        let task = makeTask(.replyHook, run, PolicyHook.onReply)
        run.seenResponses.append(
            SeenResponse(
                key: key, branch: branch, status: response.status, message: number, task: task, held: 0,
                hasFailed: false))
        let place = run.seenResponses.count - 1
        start(function, task: task, PolicyHook.onReply) { call in
            call.push(run.handle(PolicyClass.response, UInt32(number) << 16))
            return 1
        }
        if run.seenResponses[place].task != 0 {
            run.seenResponses[place].held = 1
            startDeadline(.hookDeadline, task, after: PolicyRunner.hookDeadline)
            return .waiting
        }
        if run.seenResponses[place].hasFailed { return .failed }
        response = run.messages[number - 1]
        return .proceed
    }

    /// A repeat is not shown again: it goes up as the hook left the first.
    private func repeated(_ run: PolicyRun, _ place: Int, _ response: inout SIPMessage) -> HookDecision {
        let seen = run.seenResponses[place]
        if seen.task != 0 {
            run.seenResponses[place].held += 1
            return .waiting
        }
        if seen.hasFailed { return .failed }
        response = run.messages[seen.message - 1]
        return .proceed
    }

    /// The hook's coroutine has ended; when it had waited, the response goes on now.
    func replyHookEnded(_ task: UInt32, _ run: PolicyRun, _ failure: LuaFailure?) {
        if let failure { report(failure, run, in: "on_reply") }
        replyHookEnded(task, run, hasFailed: failure != nil)
    }

    private func replyHookEnded(_ task: UInt32, _ run: PolicyRun, hasFailed: Bool) {
        guard let place = run.seenResponses.firstIndex(where: { $0.task == task }) else { return }
        run.seenResponses[place].task = 0
        run.seenResponses[place].hasFailed = hasFailed
        let seen = run.seenResponses[place]
        run.seenResponses[place].held = 0
        guard seen.held > 0, let context = run.context, let shard else { return }
        let edited = hasFailed ? nil : run.messages[seen.message - 1]
        for _ in 0..<seen.held {
            shard.responseHookEnded(context, branch: seen.branch, status: seen.status, edited)
        }
    }

    func replyHookTimedOut(_ task: UInt32) {
        let run = runs[Int(tasks[Int(task)].run)]
        counters.errors &+= 1
        log(.error, "on_reply waited for more than 2 s and was ended", run)
        replyHookEnded(task, run, hasFailed: true)
        end(task)
    }

    /// Branch, status, To tag and RSeq: what makes a response a distinct one.
    private static func key(of response: borrowing SIPMessage, _ branch: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(branch) << 16 ^ UInt64(response.status)
        func absorb(_ text: ByteView?) {
            guard let text else { return }
            for index in 0..<text.count { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        if let to = response.value(of: .to) { absorb(NameAddrLayout(to)?.tag(in: to)) }
        absorb(response.value(of: .rSeq))
        return hash
    }
}
