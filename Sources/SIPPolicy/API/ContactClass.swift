internal import LuaRuntime
internal import SIPRegistrar
internal import SIPSyntax

/// `contact`: a binding of the location service.
enum ContactClass {
    static let declaration = LuaClass(
        "contact", doc: "A contact that was registered (RFC 3261 §10). It can be given to relay and fork.",
        fields: [
            LuaField("uri", .object("uri"), doc: "The URI as it was registered."),
            LuaField("q", .number, doc: "The preference, 0 to 1."),
            LuaField("expires", .integer, doc: "Seconds until the binding ends."),
            LuaField("path", .string, optional: true, doc: "Path (RFC 3327)."),
            LuaField("source", .object("endpoint"), doc: "Where the REGISTER came from."),
            LuaField("instance", .string, optional: true, doc: "+sip.instance (RFC 5626)."),
            LuaField("user_agent", .string, optional: true, doc: "The User-Agent of the REGISTER."),
            LuaField("methods", .string, optional: true, doc: "The methods that the contact takes (RFC 3840)."),
            LuaField("aor", .string, optional: true, doc: "The address-of-record."),
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    guard handle.place < run.contacts.count else { return .stale }
                    call.push(run.contacts[handle.place].binding.contact)
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        staleText: "this contact belongs to a request that has ended",
        get: { call, handle, field in
            call.withRun(handle) { runner, run in
                guard handle.place < run.contacts.count else { return .stale }
                push(field, run.contacts[handle.place], handle, runner, call)
                return .one
            }
        })

    private static func push(
        _ field: Int, _ contact: PolicyContact, _ handle: LuaHandle, _ runner: PolicyRunner, _ call: LuaCall
    ) {
        let binding = contact.binding
        switch field {
        case 0: call.push(handle.part(PolicyClass.uri, LuaHandle.contactURI | handle.detail))
        case 1: call.push(Double(binding.q) / 1000)
        case 2: call.push(Int(max(0, binding.expiresAt - runner.wallClock)))
        case 3: call.push(nonEmpty: binding.path)
        case 4: call.push(handle.part(PolicyClass.endpoint, LuaHandle.contactURI | handle.detail))
        case 5: call.push(nonEmpty: binding.instance)
        case 6: call.push(nonEmpty: binding.userAgent)
        case 7: call.push(nonEmpty: binding.methods)
        default: call.push(nonEmpty: contact.addressOfRecord)
        }
    }
}
