internal import LuaRuntime
internal import SIPCore
internal import SIPProxy
internal import SIPSyntax

/// `uri`: a URI of a message, a look-up or the policy's own.
enum URIClass {
    static let declaration = LuaClass(
        "uri", doc: "A URI (RFC 3261 §19.1, RFC 3966). Parts are unescaped; what is absent is nil.",
        fields: [
            LuaField("scheme", .string, doc: "`sip`, `sips`, `tel`, …, in small letters."),
            LuaField("user", .string, optional: true, doc: "The user, or the number of a tel URI."),
            LuaField("password", .string, optional: true, doc: "The password."),
            LuaField("host", .string, optional: true, doc: "The host, an IPv6 address in brackets."),
            LuaField("port", .integer, optional: true, doc: "The port."),
            LuaField("params", .table, doc: "The parameters by name, as a copy; one without a value is true."),
            LuaField("headers", .table, doc: "The headers by name, as a copy."),
            LuaField("is_local", .boolean, doc: "Whether it is this server's or one of its domains'."),
            LuaField("aor", .string, optional: true, doc: "The canonical address-of-record, `sip:user@host`."),
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "", body: text),
            LuaFunction("__eq", [LuaParameter("a", .any), LuaParameter("b", .any)], doc: "", body: areEqual),
            LuaFunction("__concat", [LuaParameter("a", .any), LuaParameter("b", .any)], doc: "", body: concatenate),
        ],
        staleText: "this uri belongs to a request that has ended; keep tostring(uri) instead", get: get)

    private static let get: LuaAccessor = { call, handle, field in
        call.withRun(handle) { runner, run in
            let pushed: Void? = URIText.with(handle, run) { text in
                guard let uri = URILayout(text) else { return field == 7 ? call.push(false) : call.pushNil() }
                push(field, uri, text, runner, call)
            }
            if pushed == nil {
                return handle.detail & (LuaHandle.ownURI | LuaHandle.contactURI) != 0 ? .stale : absent(call)
            }
            return .one
        }
    }

    /// A message without this field, or a malformed one.
    private static func absent(_ call: LuaCall) -> LuaReturn {
        call.pushNil()
        return .one
    }

    @inline(__always)
    private static func push(_ field: Int, _ uri: URILayout, _ text: ByteView, _ runner: PolicyRunner, _ call: LuaCall)
    {
        switch field {
        case 0: pushScheme(uri, text, call)
        case 1: call.pushUnescaped(uri.user(in: text))
        case 2: call.pushUnescaped(uri.password(in: text))
        case 3: call.push(optional: uri.host(in: text))
        case 4: if let port = uri.port { call.push(Int(port)) } else { call.pushNil() }
        case 5: pushParameters(uri.parameters(in: text), separator: UInt8(ascii: ";"), call)
        case 6: pushParameters(uri.headers(in: text), separator: UInt8(ascii: "&"), call)
        case 7: call.push(runner.shard?.configuration.identity.isLocal(uri, in: text) ?? false)
        default: pushAddressOfRecord(uri, text, runner, call)
        }
    }

    private static func pushScheme(_ uri: URILayout, _ text: ByteView, _ call: LuaCall) {
        switch uri.scheme {
        case .sip: call.push("sip")
        case .sips: call.push("sips")
        case .tel: call.push("tel")
        case .other: call.push(uri.schemeName(in: text).string.lowercased())
        }
    }

    /// `a=b;c` as a table; a name that comes twice keeps its first value.
    static func pushParameters(_ text: ByteView?, separator: UInt8, _ call: LuaCall) {
        call.pushTable()
        guard let text else { return }
        var start = 0
        var seen: [[UInt8]] = []
        while start < text.count {
            let end = text.firstIndex(of: separator, from: start) ?? text.count
            let part = text[start..<end]
            start = end + 1
            let equals = part.firstIndex(of: UInt8(ascii: "="))
            let name = HeaderText.unescaped(part.prefix(equals ?? part.count)).map { ASCII.lowercased($0) }
            guard !name.isEmpty, !seen.contains(name) else { continue }
            seen.append(name)
            call.setParameter(name, equals.map { HeaderText.unescaped(part.suffix(from: $0 + 1)) })
        }
    }

    private static func pushAddressOfRecord(
        _ uri: URILayout, _ text: ByteView, _ runner: PolicyRunner, _ call: LuaCall
    ) {
        guard uri.scheme == .sip || uri.scheme == .sips else { return call.pushNil() }
        runner.scratch.removeAll()
        if let shard = runner.shard, shard.configuration.identity.isLocal(uri, in: text) {
            shard.writeAddressOfRecord(uri, text, to: runner.scratch)
        } else {
            uri.appendAddressOfRecord(in: text, to: runner.scratch)
        }
        call.push(runner.scratch.view)
    }

    // MARK: Metamethods

    private static func text(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .nothing }
        return call.withRun(handle) { _, run in
            guard URIText.with(handle, run, { call.push($0) }) != nil else { return .stale }
            return .one
        }
    }

    /// Equality by RFC 3261 §19.1.4.
    private static func areEqual(_ call: LuaCall) -> LuaReturn {
        guard case .success(let first) = URIText.read(1, call), case .success(let second) = URIText.read(2, call)
        else {
            call.push(false)
            return .one
        }
        let equal = first.withByteView { a in
            second.withByteView { b in
                guard let la = URILayout(a), let lb = URILayout(b) else { return a.equals(b) }
                return SIPURI.areEqual(a, la, b, lb)
            }
        }
        call.push(equal)
        return .one
    }

    private static func concatenate(_ call: LuaCall) -> LuaReturn {
        var out: [UInt8] = []
        for index in 1...2 {
            if call.kind(index) == .object {
                guard case .success(let text) = URIText.read(index, call) else { return .stale }
                out += text
            } else if call.kind(index) == .string || call.kind(index) == .number {
                out += call.kind(index) == .string ? call.view(index).array : Array(numberText(index, call).utf8)
            } else {
                return call.raise("attempt to concatenate a uri with something that is no text")
            }
        }
        call.push(out)
        return .one
    }

    private static func numberText(_ index: Int, _ call: LuaCall) -> String {
        if let whole = call.optionalInteger(index) { return String(whole) }
        return String(call.number(index))
    }
}
