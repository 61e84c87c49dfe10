internal import LuaRuntime
internal import SIPCore
internal import SIPProxy
internal import SIPSyntax
internal import SIPTransaction

/// `request`: what a handler decides about.
enum RequestClass {
    static let declaration = LuaClass(
        "request", doc: "A request that waits for a decision.",
        fields: MessageFields.declarations + [
            LuaField("uri", .either([.object("uri"), .string]), assignable: true, doc: "The Request-URI."),
            LuaField("source", .object("endpoint"), doc: "Where it came from."),
            LuaField("listener", .object("endpoint"), doc: "The address of this server that it was sent to."),
            LuaField("in_dialog", .boolean, doc: "A To tag and a Route of ours that verifies; never for REGISTER."),
            LuaField("has_to_tag", .boolean, doc: "Whether To has a tag; anybody can write one."),
            LuaField("is_first_hop", .boolean, doc: "Whether no other proxy was between the sender and here."),
            LuaField("is_trusted", .boolean, doc: "Whether the source is one of the configured trusted peers."),
            LuaField("secure", .boolean, doc: "Whether it came over an encrypted transport."),
            LuaField("cancelled", .boolean, doc: "Whether the caller has cancelled."),
            LuaField("route", .list(.object("uri")), doc: "What is left of the route set."),
            LuaField("route_params", .table, doc: "The parameters that record_route put into the dialog's route."),
            LuaField("ctx", .table, doc: "A table of the policy's own, for the life of the transaction."),
            LuaField("user", .string, optional: true, doc: "Who auth.require found, as name@realm."),
        ],
        methods: RequestActions.declarations,
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    guard let context = run.context else { return .stale }
                    call.push(context.message.methodText.string + " " + context.message.requestURI.string)
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        staleText: "this request has ended; keep what you need of it in locals", get: get, set: set)

    private static let base = 11

    private static let get: LuaAccessor = { call, handle, field in
        call.withRun(handle) { runner, run in
            guard let context = run.context else { return .stale }
            if field < base { return MessageFields.get(call, handle, run, field) }
            switch field &- base {
            case 0: call.push(handle.part(PolicyClass.uri, NameAddrPart.requestURI.rawValue))
            case 1: call.push(handle.part(PolicyClass.endpoint, EndpointClass.source))
            case 2: call.push(handle.part(PolicyClass.endpoint, EndpointClass.listener))
            case 3: call.push(context.isInDialog)
            case 4: call.push(context.hasToTag)
            case 5: call.push(context.isFirstHop)
            case 6: call.push(context.isTrusted)
            case 7: call.push(context.source.transport.isSecure)
            case 8: call.push(context.isCancelled)
            case 9: pushRoute(runner, run, context, call)
            case 10: pushRouteParameters(context.route.parameters, call)
            case 11: pushUserTable(run, call)
            default: if let user = context.user { call.push(user) } else { call.pushNil() }
            }
            return .one
        }
    }

    private static let set: LuaAccessor = { call, handle, field in
        call.withRun(handle) { _, run in
            guard let context = run.context else { return .stale }
            if field < base { return MessageFields.set(call, handle, run, field) }
            switch URIText.read(3, call) {
            case .failure(let problem): return call.raise(problem.text)
            case .success(let text):
                text.withByteView { context.message.setRequestURI($0) }
                return .nothing
            }
        }
    }

    private static func pushRoute(_ runner: PolicyRunner, _ run: PolicyRun, _ context: ResponseContext, _ call: LuaCall)
    {
        call.pushTable()
        let message = context.message
        var count = 0
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .route {
            let value = message.fieldValue(at: index)
            var elements = HeaderElements(value)
            while let range = elements.next() {
                guard let layout = NameAddrLayout(value[range]), let text = layout.uri(in: value[range]),
                    let uri = SIPURI(copying: text)
                else { continue }
                count += 1
                runner.pushURI(uri, of: run, call)
                call.setItem(count)
            }
        }
    }

    /// `key=value;…` as a table.
    private static func pushRouteParameters(_ parameters: [UInt8], _ call: LuaCall) {
        call.pushTable()
        parameters.withByteView { text in
            var iterator = ParameterIterator(text: text)
            while let parameter = iterator.next() {
                call.setParameter(
                    HeaderText.unescaped(text[parameter.name]),
                    parameter.value.isAbsent ? nil : HeaderText.unescaped(text[parameter.value]))
            }
        }
    }

    private static func pushUserTable(_ run: PolicyRun, _ call: LuaCall) {
        if let table = run.userTable { return call.push(table) }
        call.pushTable()
        run.userTable = call.reference(-1)
    }
}

/// Functions of several classes.
enum HandleFunctions {
    /// Two objects are equal when they are the same thing.
    static let equality = LuaFunction("__eq", [LuaParameter("a", .any), LuaParameter("b", .any)], doc: "") { call in
        call.push(call.object(1) == call.object(2))
        return .one
    }
}
