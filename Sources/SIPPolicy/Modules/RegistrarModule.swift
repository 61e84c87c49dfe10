internal import LuaRuntime
internal import SIPCore
internal import SIPRegistrar
internal import SIPSyntax

/// `sip.registrar`: the registrar (RFC 3261 §10) and the location service.
enum RegistrarModule {
    static let declaration = LuaModule(
        "sip.registrar", doc: "The registrar and the location service.",
        functions: [
            LuaFunction(
                "save",
                [
                    LuaParameter("req", .object("request")),
                    LuaParameter(
                        "options",
                        .options([
                            LuaParameter(
                                "user", .string, optional: true, doc: "Who may change the bindings, as name@realm."),
                            LuaParameter("max_contacts", .integer, optional: true),
                            LuaParameter(
                                "min_expires", .integer, optional: true, doc: "Seconds; less is answered 423."),
                            LuaParameter("max_expires", .integer, optional: true, doc: "Seconds; more is shortened."),
                        ]), optional: true),
                ],
                results: [LuaParameter("saved", .boolean)],
                doc: "Does what a REGISTER asks for (RFC 3261 §10.3), and answers it.",
                allowedIn: PolicyHook.deciding, body: save),
            LuaFunction(
                "lookup", [address],
                results: [
                    LuaParameter("contacts", .list(.object("contact")), optional: true),
                    LuaParameter("err", .table, optional: true, doc: "Its kind is unknown or unregistered."),
                ],
                doc: "The contacts of an address-of-record, best first, or nil and an error.",
                allowedIn: PolicyHook.handlers, body: lookup),
            LuaFunction(
                "unregister", [address, LuaParameter("contact", TargetTypes.one, optional: true)],
                results: [LuaParameter("count", .integer)],
                doc: "Removes one contact, or all, and says how many went.", allowedIn: PolicyHook.handlers,
                body: unregister),
            LuaFunction(
                "is_registered", [address], results: [LuaParameter("registered", .boolean)],
                doc: "Whether there is a contact now.", allowedIn: PolicyHook.handlers
            ) { call in
                withAddress(call) { shard, uri, _ in
                    if case .success = shard.lookup(uri) { call.push(true) } else { call.push(false) }
                    return .one
                }
            },
        ])

    private static let address = LuaParameter("uri", .either([.object("uri"), .string]), doc: "An address-of-record.")

    private static func save(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return RequestActions.act(call, handle) { runner, run, context, shard in
            guard context.method == .register else {
                return call.raise("only a REGISTER can be saved, not \(context.message.methodText.string)")
            }
            var rules = runner.environment.registrationRules
            if let most = call.optionalInteger(call.option(1)) { rules.maxContacts = max(1, most) }
            if let least = call.optionalInteger(call.option(2)) { rules.minExpires = max(0, least) }
            if let longest = call.optionalInteger(call.option(3)) { rules.maxExpires = max(1, longest) }
            let owner = call.isNil(call.option(0)) ? nil : call.view(call.option(0)).array
            RequestActions.finish(run, call)
            call.push(shard.saveRegistration(context, owner: owner, rules: rules) != nil)
            return .one
        }
    }

    private static func lookup(_ call: LuaCall) -> LuaReturn {
        withAddress(call) { shard, uri, runner in
            switch shard.lookup(uri) {
            case .failure(.unregistered):
                return call.absent(kind: "unregistered", "\(uri.string) has no contact now")
            case .failure(.unknown): return call.absent(kind: "unknown", "\(uri.string) is not known here")
            case .failure(.notLocal): return call.absent(kind: "unknown", "\(uri.string) is not local")
            case .success(let bindings):
                let run = runner.currentRun(call)
                runner.scratch.removeAll()
                if let layout = URILayout(uri) { shard.writeAddressOfRecord(layout, uri, to: runner.scratch) }
                let address = runner.scratch.view.array
                call.pushTable(items: bindings.count)
                for (offset, binding) in bindings.enumerated() {
                    runner.pushContact(PolicyContact(binding: binding, addressOfRecord: address), of: run, call)
                    call.setItem(offset + 1)
                }
                return .one
            }
        }
    }

    private static func unregister(_ call: LuaCall) -> LuaReturn {
        withAddress(call) { shard, uri, runner in
            guard let layout = URILayout(uri) else { return .nothing }
            runner.scratch.removeAll()
            shard.writeAddressOfRecord(layout, uri, to: runner.scratch)
            let address = runner.scratch.view.array
            var contact: [UInt8]?
            if !call.isNil(2) {
                switch TargetReader(call: call, runner: runner).target(2) {
                case .failure(let problem): return call.raise(problem.text)
                case .success(let target): contact = target.uri
                }
            }
            let count = address.withByteView { address in
                guard let contact else {
                    return shard.locations.unregister(address, contact: nil, now: shard.wallClock)
                }
                return contact.withByteView {
                    shard.locations.unregister(address, contact: $0, now: shard.wallClock)
                }
            }
            call.push(count)
            return .one
        }
    }

    private static func withAddress(
        _ call: LuaCall, _ body: (Shard, ByteView, PolicyRunner) -> LuaReturn
    ) -> LuaReturn {
        let runner = call.runner
        guard let shard = runner.shard else { return call.raise("there is no location service while checking") }
        switch URIText.read(1, call) {
        case .failure(let problem): return call.raise(problem.text)
        case .success(let text): return text.withByteView { body(shard, $0, runner) }
        }
    }
}
