import LuaRuntime

/// The API of the tests: a class with every kind of member, and a module.
enum TestAPI {
    static let request = LuaClass(
        "request", doc: "A request.",
        fields: [
            LuaField("name", .string, optional: true, assignable: true, doc: "Who."),
            LuaField("slot", .integer, doc: "Where."),
            LuaField("other", .object("request"), doc: "The next one."),
        ],
        methods: [
            LuaFunction(
                "reply", [LuaParameter("status", .integer), LuaParameter("reason", .string, optional: true)],
                doc: "Answers.", allowedIn: [.hook(0)]
            ) { call in
                call.host(as: PolicyHarness.Host.self).log.append("reply \(call.integer(2)) \(call.string(3))")
                return .nothing
            },
            LuaFunction(
                "relay",
                [
                    LuaParameter("target", .either([.string, .object("request")]), optional: true),
                    LuaParameter(
                        "options",
                        .options([
                            LuaParameter("timeout", .number), LuaParameter("order", .string),
                            LuaParameter("on_reply", .function("fun(res: request)")),
                        ]), optional: true),
                ],
                results: [LuaParameter("outcome", .any)], doc: "Relays, and waits.\nMore about it.", waits: .always
            ) { call in
                let order = call.optionalString(call.option(1)) ?? "-"
                let timeout = call.optionalNumber(call.option(0)) ?? 0
                call.host(as: PolicyHarness.Host.self).log.append("relay \(timeout) \(order)")
                return call.wait(PolicyHarness.relayToken)
            },
            LuaFunction("fail", [LuaParameter("why", .string)], doc: "Raises.") { call in call.raise(call.string(2)) },
            LuaFunction("nested", doc: "What the test says.") { call in
                call.host(as: PolicyHarness.Host.self).nested?(call) ?? .nothing
            },
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                call.push("request \(call.object(1)?.slot ?? 99)")
                return .one
            },
            LuaFunction("__eq", [LuaParameter("a", .any), LuaParameter("b", .any)], doc: "") { call in
                call.push(call.object(1) == call.object(2))
                return .one
            },
        ],
        get: get, set: set)

    static let headers = LuaClass(
        "headers", doc: "Keys of all names.",
        metamethods: [
            LuaFunction("__pairs", [LuaParameter("self", .any)], doc: "") { call in
                call.pushMetamethod("__next", of: 1)
                call.push(LuaHandle(type: 1, slot: 0))
                call.pushNil()
                return .results(3)
            },
            LuaFunction("__next", [LuaParameter("place", .any), LuaParameter("last", .any)], doc: "") { call in
                let place = call.object(1)?.detail ?? 3
                call.setDetail(1, place + 1)
                if place == 3 { call.pushNil() } else { call.push("same name") }
                call.push(Int(place))
                return .results(2)
            },
        ], isDynamic: true,
        get: { call, _, field in
            call.push("\(field) \(call.string(2))")
            return .one
        },
        set: { call, _, _ in
            call.host(as: PolicyHarness.Host.self).log.append("\(call.string(2)) = \(call.string(3))")
            return .nothing
        })

    static let module = LuaModule(
        "sip", doc: "Functions.",
        functions: [
            LuaFunction("absent", doc: "") { call in call.absent(kind: "unknown", "nobody there") },
            LuaFunction("sum", [LuaParameter("first", .number)], variadic: .number, doc: "") { call in
                call.push((1...call.count).reduce(0.0) { $0 + call.number($1) })
                return .one
            },
            LuaFunction("headers", doc: "") { call in
                call.push(LuaHandle(type: 1, slot: 0))
                return .one
            },
            LuaFunction("sleep", [LuaParameter("seconds", .number)], doc: "Waits.", waits: .always) { $0.wait() },
            LuaFunction("work", [LuaParameter("steps", .integer)], doc: "") { call in
                call.charge(call.integer(1))
                return .nothing
            },
            LuaFunction("fill", [LuaParameter("bytes", .integer)], doc: "") { call in
                call.push(String(repeating: "x", count: call.integer(1)))
                return .one
            },
            LuaFunction("position", doc: "") { call in
                call.push(call.position)
                return .one
            },
            LuaFunction("echo", [LuaParameter("value", .any)], doc: "") { call in
                guard let value = call.value(1) else { return call.raise("no plain value") }
                call.pushReadOnly(value, name: "echo")
                return .one
            },
        ],
        fields: [LuaField("retired", .boolean, doc: "Whether.")],
        submodules: [
            LuaModule(
                "sip.log", doc: "",
                functions: [
                    LuaFunction("info", [LuaParameter("text", .string)], doc: "") { call in
                        call.host(as: PolicyHarness.Host.self).log.append(call.string(1))
                        return .nothing
                    }
                ])
        ],
        get: { call, _, _ in
            call.push(true)
            return .one
        })

    static let globals = LuaModule(
        "_G", doc: "", placement: .global,
        functions: [
            LuaFunction("print", variadic: .any, doc: "") { call in
                call.host(as: PolicyHarness.Host.self).log.append("print \(call.count)")
                return .nothing
            }
        ])
    static let clock = LuaModule(
        "os", doc: "", placement: .global,
        functions: [
            LuaFunction("time", doc: "") { call in
                call.push(12345)
                return .one
            }
        ])

    static let api = LuaAPI(
        hookNames: ["request", "on_reply", "load"], classes: [request, headers], modules: [module, globals, clock])

    private static let get: LuaAccessor = { call, handle, field in
        let host = call.host(as: PolicyHarness.Host.self)
        guard host.generations[Int(handle.slot)] == handle.generation else { return .stale }
        switch field {
        case 0: call.push(host.names[Int(handle.slot)])
        case 1: call.push(Int(handle.slot))
        default: call.push(LuaHandle(type: 0, slot: handle.slot + 1, generation: 0))
        }
        return .one
    }

    private static let set: LuaAccessor = { call, handle, _ in
        let host = call.host(as: PolicyHarness.Host.self)
        guard host.generations[Int(handle.slot)] == handle.generation else { return .stale }
        host.names[Int(handle.slot)] = call.optionalString(3) ?? "nobody"
        return .nothing
    }
}
