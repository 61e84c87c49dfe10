internal import CLua
internal import CLuaShim

extension LuaState {
    /// Starts a handler in a coroutine of its own and runs it to its end or first wait.
    ///
    /// `arguments` pushes the arguments and returns their count; `finished` reads the results, which are the top values
    /// of the stack (the count is given), when the handler ends without a wait. It may be called from within an API
    /// function; the handler that called goes on afterwards with its own budget.
    public func start(
        _ function: LuaReference, hook: LuaHooks, budget: LuaBudget, context: UInt64 = 0,
        arguments: (LuaCall) -> Int = { _ in 0 }, finished: (LuaCall, Int) -> Void = { _, _ in }
    ) -> LuaProgress {
        guard let record = moon_thread_take(core), let coroutine = record.pointee.L else {
            preconditionFailure("no memory for a coroutine")
        }
        record.pointee.left = budget.imported
        record.pointee.context = context
        record.pointee.hook = hook.rawValue
        let call = LuaCall(coroutine)
        call.push(function)
        return run(record, count: arguments(call), raise: false, finished)
    }

    /// Goes on with a waiting handler: the values that `results` pushes (it returns their count) are what the function
    /// that waited returns. Nil when the handler does not wait (any more), which a late event meets.
    public func resume(
        _ thread: LuaThread, results: (LuaCall) -> Int = { _ in 0 }, finished: (LuaCall, Int) -> Void = { _, _ in }
    ) -> LuaProgress? {
        guard thread.isWaiting, let coroutine = thread.record.pointee.L else { return nil }
        lua_checkstack(coroutine, 20)
        return run(thread.record, count: results(LuaCall(coroutine)), raise: false, finished)
    }

    /// Goes on with a waiting handler by raising `message` from the function that waited.
    public func resume(
        _ thread: LuaThread, raising message: String, finished: (LuaCall, Int) -> Void = { _, _ in }
    ) -> LuaProgress? {
        guard thread.isWaiting, let coroutine = thread.record.pointee.L else { return nil }
        lua_checkstack(coroutine, 20)
        LuaCall(coroutine).push(message)
        return run(thread.record, count: 1, raise: true, finished)
    }

    /// Ends a waiting handler by force: its to-be-closed variables are closed, and no pcall of its own goes on.
    public func end(_ thread: LuaThread) {
        guard thread.isWaiting else { return }
        moon_thread_discard(thread.record)
    }

    /// What is left of a waiting handler's budget can be set anew, as for a loop that runs for ever.
    public func renew(_ thread: LuaThread, budget: LuaBudget) {
        guard thread.isAlive else { return }
        thread.record.pointee.left = budget.imported
    }

    func run(
        _ record: UnsafeMutablePointer<moon_thread>, count: Int, raise: Bool, _ finished: (LuaCall, Int) -> Void
    ) -> LuaProgress {
        switch moon_thread_resume(record, Int32(count), raise) {
        case Int32(MOON_DONE):
            if let coroutine = record.pointee.L { finished(LuaCall(coroutine), Int(record.pointee.result_count)) }
            moon_thread_recycle(record)
            return .finished
        case Int32(MOON_WAITING):
            return .waiting(LuaThread(record), token: record.pointee.token)
        default:
            let failure = failure(of: record)
            moon_thread_discard(record)
            return .failed(failure)
        }
    }

    private func failure(of record: UnsafeMutablePointer<moon_thread>) -> LuaFailure {
        let killed = Int32(record.pointee.killed)
        var kind: LuaFailure.Kind =
            switch killed {
            case Int32(MOON_OUT_OF_INSTRUCTIONS): .instructions
            case Int32(MOON_OUT_OF_CPU): .cpu
            case Int32(MOON_OUT_OF_MEMORY): .memory
            case Int32(MOON_PAST_DEADLINE): .deadline
            default: .error
            }
        guard let coroutine = record.pointee.L else { return LuaFailure(kind: kind, message: "ended") }
        var text = errorText(LuaCall(coroutine))
        if kind == .error && text == "not enough memory" {
            // One buffer alone was too large; Lua's own text says nothing of a budget.
            kind = .memory
            text = String(cString: moon_kill_text(Int32(MOON_OUT_OF_MEMORY)))
        }
        luaL_traceback(main, coroutine, nil, 0)
        let traceback = LuaCall(main).string(-1)
        moon_pop(main, 1)
        guard kind != .error else { return LuaFailure(kind: kind, message: text, traceback: traceback) }
        // A pcall may have swallowed the error that stopped it, or another have come after it.
        guard killed != 0 else { return LuaFailure(kind: kind, message: text, traceback: traceback) }
        let reason = String(cString: moon_kill_text(killed))
        return LuaFailure(kind: kind, message: text.hasSuffix(reason) ? text : reason, traceback: traceback)
    }

    private func errorText(_ call: LuaCall) -> String {
        switch call.kind(-1) {
        case .string, .number:
            lua_tolstring(call.state, -1, nil)
            return call.string(-1)
        case .table:
            defer { call.pop() }
            if call.pushField("message", of: -1) == .string { return call.string(-1) }
            return "(error object is a table)"
        default: return "(error object is a \(call.kind(-1)) value)"
        }
    }
}
