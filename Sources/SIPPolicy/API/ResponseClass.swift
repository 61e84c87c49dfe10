internal import LuaRuntime
internal import SIPSyntax

/// `response`: what a reply hook sees, an outcome has, and `sip.request` gives.
enum ResponseClass {
    static let declaration = LuaClass(
        "response", doc: "A response. In on_reply an edit goes upstream; elsewhere it changes this copy alone.",
        fields: MessageFields.declarations + [
            LuaField("status", .integer, doc: "The status code."),
            LuaField("reason", .string, doc: "The reason phrase."),
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    guard let text = run.withMessage(handle.messageNumber, { "\($0.status) \($0.reason.string)" })
                    else { return .stale }
                    call.push(text)
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        get: { call, handle, field in
            call.withRun(handle) { _, run in
                if field < MessageFields.count { return MessageFields.get(call, handle, run, field) }
                let pushed: Void? = run.withMessage(handle.messageNumber) { message in
                    if field == MessageFields.count { call.push(message.status) } else { call.push(message.reason) }
                }
                return pushed == nil ? .stale : .one
            }
        },
        set: { call, handle, field in
            call.withRun(handle) { _, run in MessageFields.set(call, handle, run, field) }
        })
}

/// `branch`: the copy of a request that goes to one target, for `on_branch`.
enum BranchClass {
    static let declaration = LuaClass(
        "branch", doc: "The copy of a request that goes to one target; edits are of this copy alone.",
        fields: MessageFields.declarations + [
            LuaField("uri", .either([.object("uri"), .string]), assignable: true, doc: "The copy's Request-URI.")
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    let text = run.withMessage(handle.messageNumber) {
                        $0.methodText.string + " " + $0.requestURI.string
                    }
                    guard let text else { return .stale }
                    call.push(text)
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        get: { call, handle, field in
            call.withRun(handle) { _, run in
                if field < MessageFields.count { return MessageFields.get(call, handle, run, field) }
                call.push(handle.part(PolicyClass.uri, handle.detail | NameAddrPart.requestURI.rawValue))
                return .one
            }
        },
        set: { call, handle, field in
            call.withRun(handle) { _, run in
                if field < MessageFields.count { return MessageFields.set(call, handle, run, field) }
                switch URIText.read(3, call) {
                case .failure(let problem): return call.raise(problem.text)
                case .success(let text):
                    let edited: Void? = run.editMessage(handle.messageNumber) { message in
                        text.withByteView { message.setRequestURI($0) }
                    }
                    return edited == nil ? .stale : .nothing
                }
            }
        })
}
