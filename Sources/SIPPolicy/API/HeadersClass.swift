internal import LuaRuntime
internal import SIPSyntax

/// `headers`: the header fields of a message.
enum HeadersClass {
    static let declaration = LuaClass(
        "headers",
        doc: """
            The header fields of a message; `headers["Subject"]` is the first value or nil. Names are the same in any \
            case and in their compact form. Via, Record-Route, Route, Max-Forwards, Content-Length, CSeq and Call-ID \
            are the core's.
            """,
        methods: [
            LuaFunction(
                "all", [name], results: [LuaParameter("values", .list(.string))],
                doc: "All values, in order; fields that are lists are divided at their commas.", body: all),
            LuaFunction(
                "set", [name, value], doc: "Replaces all fields of the name by one; nil removes them.", body: set),
            LuaFunction("add", [name, needed], doc: "Adds a field behind the others of its name.", body: add),
            LuaFunction("prepend", [name, needed], doc: "Adds a field before the others of its name.", body: prepend),
            LuaFunction(
                "remove", [name], results: [LuaParameter("count", .integer)],
                doc: "Removes all fields of the name, and says how many there were.", body: remove),
            LuaFunction(
                "has", [name], results: [LuaParameter("present", .boolean)], doc: "Whether there is such a field.",
                body: has),
        ],
        metamethods: [
            LuaFunction("__pairs", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                call.pushMetamethod("__next", of: PolicyClass.headers)
                call.push(handle.part(PolicyClass.headers, handle.detail & 0xFFFF_0000))
                call.pushNil()
                return .results(3)
            },
            LuaFunction("__next", [LuaParameter("place", .any), LuaParameter("last", .any)], doc: "", body: next),
            HandleFunctions.equality,
        ],
        isDynamic: true, staleText: "these headers belong to a request that has ended", get: get, set: assign)

    private static let name = LuaParameter("name", .string, doc: "The name, in any case, compact or not.")
    private static let value = LuaParameter("value", .string, optional: true)
    private static let needed = LuaParameter("value", .string)

    // MARK: Reading

    private static let get: LuaAccessor = { call, handle, _ in
        guard call.kind(2) == .string else { return call.raise("a header name is a string") }
        return call.withRun(handle) { _, run in
            let pushed: Void? = run.withMessage(handle.messageNumber) { message in
                guard let index = message.firstIndex(named: call.view(2)) else { return call.pushNil() }
                call.pushValue(message.fieldValue(at: index))
            }
            return pushed == nil ? .stale : .one
        }
    }

    private static func all(_ call: LuaCall) -> LuaReturn {
        reading(call) { message in
            let name = call.view(2)
            let isList = HeaderRules.isList(HeaderName(name))
            call.pushTable()
            var count = 0
            var place = message.firstIndex(named: name)
            while let index = place {
                let value = message.fieldValue(at: index)
                if isList {
                    var elements = HeaderElements(value)
                    while let range = elements.next() {
                        count += 1
                        call.pushValue(value[range])
                        call.setItem(count)
                    }
                } else {
                    count += 1
                    call.pushValue(value)
                    call.setItem(count)
                }
                place = message.firstIndex(named: name, from: index + 1)
            }
        }
    }

    private static func has(_ call: LuaCall) -> LuaReturn {
        reading(call) { message in call.push(message.firstIndex(named: call.view(2)) != nil) }
    }

    private static func reading(_ call: LuaCall, _ body: (borrowing SIPMessage) -> Void) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return call.withRun(handle) { _, run in
            run.withMessage(handle.messageNumber, body) == nil ? .stale : .one
        }
    }

    /// The iterator's place is in its own object, so fields of one name do not stop it.
    private static func next(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1), handle.type == PolicyClass.headers else { return .stale }
        return call.withRun(handle) { _, run in
            let place = handle.lowerHalf
            let found: Bool? = run.withMessage(handle.messageNumber) { message in
                guard place < message.fieldCount else { return false }
                let known = message.fieldName(at: place)
                if known == .other {
                    call.push(message.fieldNameText(at: place))
                } else {
                    call.push(known.canonicalText)
                }
                call.pushValue(message.fieldValue(at: place))
                return true
            }
            guard let found else { return .stale }
            if found { call.setDetail(1, handle.detail &+ 1) } else { call.pushNil() }
            return found ? .results(2) : .one
        }
    }

    // MARK: Changing

    private static let assign: LuaAccessor = { call, handle, _ in
        guard call.kind(2) == .string, call.isNil(3) || call.kind(3) == .string || call.kind(3) == .number else {
            return call.raise("a header name and value are strings; nil removes")
        }
        return change(call, handle, isSet: true)
    }

    private static func set(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return change(call, handle, isSet: true)
    }

    private static func add(_ call: LuaCall) -> LuaReturn { insert(call, inFront: false) }
    private static func prepend(_ call: LuaCall) -> LuaReturn { insert(call, inFront: true) }

    private static func remove(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        if let problem = HeaderRules.problem(name: call.view(2), value: nil) { return call.raise(problem) }
        return call.withRun(handle) { _, run in
            let count = run.editMessage(handle.messageNumber) { $0.removeFields(named: call.view(2), from: 0) }
            guard let count else { return .stale }
            call.push(count)
            return .one
        }
    }

    /// Replaces the first field of the name, or adds one at the end, and removes the others.
    private static func change(_ call: LuaCall, _ handle: LuaHandle, isSet: Bool) -> LuaReturn {
        let name = call.view(2)
        let numberText = call.kind(3) == .number ? Array(numberText(call).utf8) : nil
        let value: [UInt8]? = call.isNil(3) ? nil : numberText ?? call.view(3).array
        if let problem = problem(name, value) { return call.raise(problem) }
        return call.withRun(handle) { _, run in
            if let value, let old = run.withMessage(handle.messageNumber, { $0.valueCopy(named: name) }),
                let problem = old.flatMap({ old in
                    value.withByteView { new in
                        old.withByteView { HeaderRules.identityProblem(name, new: new, old: $0) }
                    }
                })
            {
                return call.raise(problem)
            }
            let edited: Void? = run.editMessage(handle.messageNumber) { message in
                message.replaceFields(named: name, by: value)
            }
            return edited == nil ? .stale : .nothing
        }
    }

    private static func problem(_ name: ByteView, _ value: [UInt8]?) -> String? {
        guard let value else { return HeaderRules.problem(name: name, value: nil) }
        return value.withByteView { HeaderRules.problem(name: name, value: $0) }
    }

    private static func numberText(_ call: LuaCall) -> String {
        if let whole = call.optionalInteger(3) { return String(whole) }
        return String(call.number(3))
    }

    private static func insert(_ call: LuaCall, inFront: Bool) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        let name = call.view(2)
        let value = call.view(3)
        if let problem = HeaderRules.problem(name: name, value: value) { return call.raise(problem) }
        guard HeaderName(name) != .from, HeaderName(name) != .to else {
            return call.raise("there is only one \(name.string); use set")
        }
        return call.withRun(handle) { _, run in
            let edited: Bool? = run.editMessage(handle.messageNumber) { message in
                guard message.fieldCount < 1000 else { return false }
                message.insertField(named: name, value: value, at: message.place(forField: name, inFront: inFront))
                return true
            }
            guard let edited else { return .stale }
            return edited ? .nothing : call.raise("a message has at most 1000 header fields")
        }
    }
}

extension SIPMessage {
    /// A copy of the first value.
    func valueCopy(named name: ByteView) -> [UInt8]? { firstIndex(named: name).map { fieldValue(at: $0).array } }

    /// Removes the fields of that name at or after `start`; their number.
    mutating func removeFields(named name: ByteView, from start: Int) -> Int {
        var count = 0
        while let index = firstIndex(named: name, from: start) {
            removeField(at: index)
            count += 1
        }
        return count
    }

    mutating func replaceFields(named name: ByteView, by value: [UInt8]?) {
        guard let value else {
            _ = removeFields(named: name, from: 0)
            return
        }
        value.withByteView { value in
            guard let index = firstIndex(named: name) else {
                return insertField(named: name, value: value, at: fieldCount)
            }
            setFieldValue(at: index, value)
            _ = removeFields(named: name, from: index + 1)
        }
    }

    /// Before the first field of the name, or behind the last; without one at the end.
    func place(forField name: ByteView, inFront: Bool) -> Int {
        guard var index = firstIndex(named: name) else { return fieldCount }
        guard !inFront else { return index }
        while let next = firstIndex(named: name, from: index + 1) { index = next }
        return index + 1
    }
}
