internal import CLua
internal import CLuaShim

extension LuaState {
    /// Compiles and runs a file of the snapshot, without `.lua`, as `require` would, and keeps what it returns.
    ///
    /// Waits are refused during it. A file that is missing, does not compile or raises throws, with `file:line: why`.
    public func load(_ module: String, hook: LuaHooks, budget: LuaBudget = .load) throws(LuaFailure) -> LuaReference {
        guard let record = moon_thread_take(core), let coroutine = record.pointee.L else {
            preconditionFailure("no memory for a coroutine")
        }
        record.pointee.left = budget.imported
        record.pointee.context = 0
        record.pointee.hook = hook.rawValue
        record.pointee.top_level = true
        moon_push_require(coroutine)
        LuaCall(coroutine).push(module)
        var result: LuaReference?
        let progress = run(record, count: 1, raise: false) { call, count in
            result = call.reference(-count)
        }
        if case .failed(let failure) = progress { throw failure }
        guard let result else {
            throw LuaFailure(kind: .error, message: "\(module): a policy cannot wait at its top level")
        }
        return result
    }

    /// The names of a table's string keys, sorted: the handlers that a policy returned.
    public func names(in table: LuaReference) -> [String] {
        withStack { call in
            call.push(table)
            guard call.kind(-1) == .table else { return [] }
            var names: [String] = []
            call.forEachEntry(of: -1) {
                if call.kind(-2) == .string { names.append(call.string(-2)) }
                return true
            }
            return names.sorted()
        }
    }

    /// The type of a kept value, or of an entry of a kept table.
    public func kind(of reference: LuaReference, entry: String? = nil) -> LuaKind {
        withStack { call in
            push(reference, entry: entry, on: call)
            return call.kind(-1)
        }
    }

    /// An entry of a kept table when it is a function, kept in turn.
    public func function(_ name: String, in table: LuaReference) -> LuaReference? {
        withStack { call in
            push(table, entry: name, on: call)
            return call.kind(-1) == .function ? call.reference(-1) : nil
        }
    }

    /// A copy of a kept value, or of an entry of a kept table; nil when it is no plain value.
    public func value(of reference: LuaReference, entry: String? = nil) -> LuaValue? {
        withStack { call in
            push(reference, entry: entry, on: call)
            return call.value(-1)
        }
    }

    private func push(_ reference: LuaReference, entry: String?, on call: LuaCall) {
        call.push(reference)
        guard let entry else { return }
        guard call.kind(-1) == .table else { return call.pushNil() }
        call.push(entry)
        lua_rawget(call.state, -2)
    }
}
