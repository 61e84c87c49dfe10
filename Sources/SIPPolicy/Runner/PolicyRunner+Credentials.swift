internal import LuaRuntime
internal import SIPAuthentication
internal import SIPCore
internal import SIPSyntax

/// `auth.require` with a function that gives the credentials: it runs as a coroutine of its own and may wait.
extension PolicyRunner {
    func beginCredentials(_ task: UInt32, _ function: LuaReference, _ question: CredentialsQuestion) {
        tasks[Int(task)].wait = .credentials(question)
        let run = runs[Int(tasks[Int(task)].run)]
        start(function, .credentials, run, hook: PolicyHook.users, parent: task) { call in
            call.push(question.name)
            call.push(question.realm)
            return 2
        }
        state.release(function)
    }

    /// Ends the function when nobody waits for its answer any more.
    func endCredentials(of parent: UInt32) {
        for number in tasks.indices
        where tasks[number].isLive && tasks[number].kind == .credentials && tasks[number].parent == parent {
            end(UInt32(number))
        }
    }

    func credentialsEnded(_ task: UInt32, _ failure: LuaFailure?) {
        let parent = tasks[Int(task)].parent
        let result = tasks[Int(task)].results.first ?? nil
        tasks[Int(task)].results = []
        defer {
            if let result { state.release(result) }
            removeTask(task)
        }
        guard tasks[Int(parent)].isLive, case .credentials(let question) = tasks[Int(parent)].wait else { return }
        if let failure { return resume(parent, raising: failure.message) }
        guard let shard, let context = question.run.context, context.isOpen else {
            return resume(parent) { call in
                call.pushNil()
                return 1
            }
        }
        let outcome = state.withStack { call in
            if let result { call.push(result) } else { call.pushNil() }
            return shard.authenticate(context, question.rules) { user, realm, algorithm in
                CredentialsSource.ha1(call, -1, user, realm, algorithm)
            }
        }
        AuthModule.noteRefusal(outcome, question.run, context)
        if case .accepted = outcome {} else if question.answers { question.run.finishedAt = question.position }
        resume(parent) { call in
            AuthModule.answer(
                call, context, shard, question.rules, outcome, answers: question.answers, hasClaim: true)
        }
    }
}
