internal import LuaRuntime
internal import SIPSyntax

/// `nameaddr`: From, To or Contact of a message.
enum NameAddrClass {
    static let declaration = LuaClass(
        "nameaddr", doc: "From, To or the first Contact (RFC 3261 §20.10).",
        fields: [
            LuaField("uri", .object("uri"), doc: "The URI."),
            LuaField("display", .string, optional: true, doc: "The display name without quotes."),
            LuaField("tag", .string, optional: true, doc: "The tag."),
            LuaField("params", .table, doc: "The header field's parameters by name, as a copy."),
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    guard with(handle, run, { value, _ in call.pushValue(value) }) != nil else { return .stale }
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        staleText: "this belongs to a request that has ended",
        get: { call, handle, field in
            call.withRun(handle) { _, run in
                if field == 0 {
                    call.push(handle.part(PolicyClass.uri, handle.detail))
                    return .one
                }
                let pushed: Void? = with(handle, run) { value, layout in push(field, value, layout, call) }
                if pushed == nil { call.pushNil() }
                return .one
            }
        })

    private static func with<R>(_ handle: LuaHandle, _ run: PolicyRun, _ body: (ByteView, NameAddrLayout) -> R) -> R? {
        let name: HeaderName
        switch handle.lowerHalf {
        case 1: name = .from
        case 2: name = .to
        default: name = .contact
        }
        let found: R?? = run.withMessage(handle.messageNumber) { message in
            guard let value = NameAddrText.element(of: message, name), let layout = NameAddrLayout(value) else {
                return nil
            }
            return body(value, layout)
        }
        return found ?? nil
    }

    private static func push(_ field: Int, _ value: ByteView, _ layout: NameAddrLayout, _ call: LuaCall) {
        switch field {
        case 1:
            if let display = layout.displayText(in: value), !display.isEmpty {
                call.push(display)
            } else {
                call.pushNil()
            }
        case 2: call.push(optional: layout.tag(in: value))
        default:
            call.pushTable()
            var parameters = layout.parameterIterator(in: value)
            while let parameter = parameters.next() {
                let name = value[parameter.name].array.map { ASCII.lowercased($0) }
                call.setParameter(name, parameter.value.isAbsent ? nil : unquoted(value[parameter.value]))
            }
        }
    }
}
