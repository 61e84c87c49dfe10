internal import LuaRuntime
internal import SIPRegistrar
internal import SIPSyntax

/// What is wrong with a value that a policy gave.
struct PolicyProblem: Error {
    var text: String

    init(_ text: String) { self.text = text }
}

/// URIs as text: of objects, and as arguments.
enum URIText {
    /// Runs `body` with the text of a URI object; nil when its owner has ended or there is none.
    @inline(__always)
    static func with<R>(_ handle: LuaHandle, _ run: PolicyRun, _ body: (ByteView) -> R) -> R? {
        if handle.detail & LuaHandle.ownURI != 0 {
            guard handle.place < run.uris.count else { return nil }
            return run.uris[handle.place].withView(body)
        }
        if handle.detail & LuaHandle.contactURI != 0 {
            guard handle.place < run.contacts.count else { return nil }
            return run.contacts[handle.place].binding.withContact(body)
        }
        let found: R?? = run.withMessage(handle.messageNumber) { message in
            text(of: message, handle.lowerHalf).map(body)
        }
        return found ?? nil
    }

    @inline(__always)
    private static func text(of message: borrowing SIPMessage, _ part: Int) -> ByteView? {
        let name: HeaderName
        switch part {
        case 0: return message.requestURI
        case 1: name = .from
        case 2: name = .to
        default: name = .contact
        }
        guard let value = NameAddrText.element(of: message, name), let layout = NameAddrLayout(value) else {
            return nil
        }
        return layout.uri(in: value)
    }

    /// The text of a URI or string argument, checked.
    static func read(_ index: Int, _ call: LuaCall) -> Result<[UInt8], PolicyProblem> {
        switch call.kind(index) {
        case .string:
            let text = call.view(index)
            guard URILayout(text) != nil else { return .failure(PolicyProblem("'\(text.string)' is no URI")) }
            return .success(text.array)
        case .object:
            guard let handle = call.object(index), let run = call.runner.run(handle) else {
                return .failure(PolicyProblem("the URI's request has ended"))
            }
            if handle.type == PolicyClass.contact, handle.place < run.contacts.count {
                return .success(run.contacts[handle.place].binding.contact)
            }
            guard handle.type == PolicyClass.uri, let text = with(handle, run, { $0.array }) else {
                return .failure(PolicyProblem("this is no URI"))
            }
            return .success(text)
        default: return .failure(PolicyProblem("URI expected"))
        }
    }
}

/// From, To and Contact as they stand in a message.
enum NameAddrText {
    /// The first element of a field; Contact may have several in one.
    @inline(__always)
    static func element(of message: borrowing SIPMessage, _ name: HeaderName) -> ByteView? {
        guard let value = message.value(of: name) else { return nil }
        guard name == .contact else { return value }
        var elements = HeaderElements(value)
        return elements.next().map { value[$0] }
    }
}
