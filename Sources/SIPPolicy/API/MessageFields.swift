internal import LuaRuntime
internal import SIPSyntax

/// The fields that requests, outgoing copies and responses have in common.
enum MessageFields {
    static let declarations = [
        LuaField("method", .string, doc: "The method; for a response that of its CSeq."),
        LuaField("call_id", .string, doc: "The Call-ID."),
        LuaField("cseq", .integer, doc: "The number of the CSeq."),
        LuaField("user_agent", .string, optional: true, doc: "User-Agent, or a response's Server."),
        LuaField("from", .object("nameaddr"), doc: "From."),
        LuaField("to", .object("nameaddr"), doc: "To."),
        LuaField("contact", .object("nameaddr"), optional: true, doc: "The first Contact."),
        LuaField("headers", .object("headers"), doc: "All header fields."),
        LuaField("body", .string, optional: true, assignable: true, doc: "The body; assigning sets Content-Length."),
        LuaField("content_type", .string, optional: true, assignable: true, doc: "Content-Type."),
        LuaField("sdp", .table, optional: true, doc: "The body as a session description, read-only."),
    ]
    static var count: Int { 11 }
    private static let body = 8
    private static let contentType = 9

    /// Reads field `number` of the message that the handle's detail names.
    @inline(__always)
    static func get(_ call: LuaCall, _ handle: LuaHandle, _ run: PolicyRun, _ number: Int) -> LuaReturn {
        switch number {
        case 4: call.push(handle.part(PolicyClass.nameAddr, handle.detail | NameAddrPart.from.rawValue))
        case 5: call.push(handle.part(PolicyClass.nameAddr, handle.detail | NameAddrPart.to.rawValue))
        case 7: call.push(handle.part(PolicyClass.headers, handle.detail & 0xFFFF_0000))
        default:
            let pushed: Void? = run.withMessage(handle.messageNumber) { push(number, of: $0, call, handle) }
            return pushed == nil ? .stale : .one
        }
        return .one
    }

    private static func push(_ number: Int, of message: borrowing SIPMessage, _ call: LuaCall, _ handle: LuaHandle) {
        switch number {
        case 0: pushMethod(message, call)
        case 1: call.push(optional: message.value(of: .callID))
        case 2: pushCSeq(message, call)
        case 3:
            call.push(optional: message.value(of: .userAgent) ?? (message.isRequest ? nil : message.value(of: .server)))
        case 6: pushContact(message, call, handle)
        case body: call.push(optional: message.body.isEmpty ? nil : message.body)
        case contentType: call.push(optional: message.value(of: .contentType))
        default: SDPTable.push(message.body, call)
        }
    }

    private static func pushMethod(_ message: borrowing SIPMessage, _ call: LuaCall) {
        if message.method != .other { return call.push(message.method.text) }
        if message.isRequest { return call.push(message.methodText) }
        let value = message.value(of: .cSeq) ?? .empty
        call.push(optional: CSeqValue(value).map { $0.method(in: value) })
    }

    private static func pushCSeq(_ message: borrowing SIPMessage, _ call: LuaCall) {
        if let value = message.value(of: .cSeq), let cseq = CSeqValue(value) {
            call.push(Int(cseq.number))
        } else {
            call.pushNil()
        }
    }

    private static func pushContact(_ message: borrowing SIPMessage, _ call: LuaCall, _ handle: LuaHandle) {
        guard message.has(.contact) else { return call.pushNil() }
        call.push(handle.part(PolicyClass.nameAddr, handle.detail | NameAddrPart.contact.rawValue))
    }

    // MARK: Assigning

    static func set(_ call: LuaCall, _ handle: LuaHandle, _ run: PolicyRun, _ number: Int) -> LuaReturn {
        let value = call.view(3)
        if number == contentType, HeaderText.breaksLine(value) {
            return call.raise("a header value has no CR, LF or NUL")
        }
        let isNil = call.isNil(3)
        let edited: Void? = run.editMessage(handle.messageNumber) { message in
            if number == body {
                message.setBody(value)
                if isNil { message.removeFields(.contentType) }
            } else if isNil {
                message.removeFields(.contentType)
            } else {
                message.setFirst(.contentType, to: value)
            }
        }
        return edited == nil ? .stale : .nothing
    }
}
