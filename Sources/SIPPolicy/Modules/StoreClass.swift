internal import LuaRuntime
internal import SIPSyntax

/// `sip.store`: a dictionary that all shards share and reloads keep.
enum StoreClass {
    static let function = LuaFunction(
        "store",
        [
            LuaParameter("name", .string),
            LuaParameter(
                "options",
                .options([
                    LuaParameter(
                        "ttl", .number, optional: true, doc: "Seconds that an entry lives; for ever by default."),
                    LuaParameter("max", .integer, optional: true, doc: "The most entries; 100000."),
                ]), optional: true),
        ], results: [LuaParameter("store", .object("store"))],
        doc: "The dictionary of this name, shared by all shards and kept over reloads."
    ) { call in
        let runner = call.runner
        let name = call.string(1)
        let ttl = call.optionalNumber(call.option(0))
        if let ttl, ttl <= 0 { return call.raise("'ttl' is a number of seconds above 0") }
        let most = call.optionalInteger(call.option(1))
        if let most, most <= 0 { return call.raise("'max' is above 0") }
        let store = runner.environment.stores.store(named: name, ttl: ttl.map { Int64($0.rounded(.up)) }, maximum: most)
        let place = runner.storeNames.firstIndex(of: name) ?? runner.storeNames.count
        if place == runner.storeNames.count {
            runner.storeNames.append(name)
            runner.stores.append(store)
        }
        call.push(LuaHandle(type: PolicyClass.store, slot: 0, detail: UInt32(place)))
        return .one
    }

    static let declaration = LuaClass(
        "store", doc: "A dictionary of plain values, shared by all shards.",
        methods: [
            LuaFunction("get", [key], results: [LuaParameter("value", .any)], doc: "The value, or nil.") { call in
                with(call) { store, now in
                    call.push(store.value(keyText(call), now: now) ?? .null)
                    return .one
                }
            },
            LuaFunction(
                "set", [key, LuaParameter("value", .any, optional: true), ttl],
                results: [LuaParameter("stored", .boolean, doc: "False when the store is full.")],
                doc: "Keeps a plain value; nil deletes.", body: set),
            LuaFunction(
                "incr", [key, LuaParameter("by", .integer, optional: true, doc: "1 by default."), ttl],
                results: [LuaParameter("sum", .integer, optional: true)],
                doc: "Adds to a number, which begins at 0, and gives the sum.", body: increment),
            LuaFunction(
                "delete", [key], results: [LuaParameter("existed", .boolean)], doc: "Forgets a key."
            ) { call in
                with(call) { store, _ in
                    call.push(store.remove(keyText(call)))
                    return .one
                }
            },
            LuaFunction("count", results: [LuaParameter("count", .integer)], doc: "How many keys there are.") { call in
                with(call) { store, now in
                    call.push(store.count(now: now))
                    return .one
                }
            },
            LuaFunction("each", doc: "An iterator over a copy: `for key, value in store:each() do`.", body: each),
        ],
        metamethods: [
            LuaFunction("__next", [LuaParameter("list", .table), LuaParameter("last", .any)], doc: "", body: next),
            HandleFunctions.equality,
        ])

    private static let key = LuaParameter("key", .string)
    private static let ttl = LuaParameter("ttl", .number, optional: true, doc: "Seconds, instead of the store's own.")

    private static func with(_ call: LuaCall, _ body: (PolicyStore, Int64) -> LuaReturn) -> LuaReturn {
        let runner = call.runner
        guard let handle = call.object(1), Int(handle.detail) < runner.stores.count else { return .stale }
        return body(runner.stores[Int(handle.detail)], runner.wallClock)
    }

    private static func keyText(_ call: LuaCall) -> String { call.string(2) }

    private static func span(_ call: LuaCall, _ index: Int) -> Int64? {
        call.optionalNumber(index).map { Int64(max(0, min($0, 1e12)).rounded(.up)) }
    }

    private static func set(_ call: LuaCall) -> LuaReturn {
        with(call) { store, now in
            guard let value = call.value(3) else {
                return call.raise("a store keeps strings, numbers, booleans and tables of them")
            }
            if value == .null {
                _ = store.remove(keyText(call))
                call.push(true)
            } else {
                call.push(store.set(keyText(call), value, ttl: span(call, 4), now: now))
            }
            return .one
        }
    }

    private static func increment(_ call: LuaCall) -> LuaReturn {
        with(call) { store, now in
            let amount = call.optionalInteger(3) ?? 1
            if let sum = store.increment(keyText(call), by: amount, ttl: span(call, 4), now: now) {
                call.push(sum)
                return .one
            }
            return call.absent(kind: "store", "the store is full, or the key holds no number")
        }
    }

    /// The entries as a flat list, which the iterator walks.
    private static func each(_ call: LuaCall) -> LuaReturn {
        with(call) { store, now in
            let entries = store.all(now: now)
            call.charge(entries.count * 10)
            call.pushMetamethod("__next", of: PolicyClass.store)
            call.pushTable(items: entries.count * 2, fields: 1)
            for (offset, entry) in entries.enumerated() {
                call.push(entry.key)
                call.setItem(offset * 2 + 1)
                call.push(entry.value)
                call.setItem(offset * 2 + 2)
            }
            call.pushNil()
            return .results(3)
        }
    }

    private static func next(_ call: LuaCall) -> LuaReturn {
        call.pushField("place", of: 1)
        let place = call.optionalInteger(-1) ?? 1
        call.pop()
        call.pushCopy(of: 1)
        call.push(place + 2)
        call.setField("place")
        call.pop()
        call.pushItem(place, of: 1)
        call.pushItem(place + 1, of: 1)
        return .results(2)
    }
}
