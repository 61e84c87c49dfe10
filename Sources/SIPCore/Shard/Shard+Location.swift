import SIPProxy
public import SIPRegistrar
public import SIPSyntax
import SIPTransaction

/// Why a look-up found nothing.
public enum LookupFailure: Error, Sendable {
    /// Nobody has registered this address-of-record.
    case unknown
    /// It has no binding now.
    case unregistered
    /// The URI is no address-of-record of this server.
    case notLocal
}

/// The registrar (§10) and the location service.
extension Shard {
    /// The contacts of an address-of-record, best first.
    public func lookup(_ uri: ByteView) -> Result<[Binding], LookupFailure> {
        guard let layout = URILayout(uri), configuration.identity.isLocal(layout, in: uri) else {
            return .failure(.notLocal)
        }
        writeAddressOfRecord(layout, uri, to: scratch2)
        guard let bindings = locations.lookup(scratch2.view, now: wallClock) else { return .failure(.unknown) }
        return bindings.isEmpty ? .failure(.unregistered) : .success(bindings)
    }

    /// Writes the canonical address-of-record of a local URI, in place of what `out` had; one of our own numeric
    /// addresses stands for the first domain, so that a phone may be set up with either.
    public func writeAddressOfRecord(_ uri: URILayout, _ text: ByteView, to out: ByteWriter) {
        out.removeAll()
        uri.appendAddressOfRecord(in: text, to: out)
        guard let domain = configuration.identity.domains.first, let host = uri.host(in: text),
            configuration.identity.domainIndex(host) == nil,
            let at = out.view.lastIndex(of: UInt8(ascii: "@"))
        else { return }
        out.truncate(to: at + 1)
        out.append(domain)
    }

    /// Targets for the contacts of a local address-of-record, none when there is no binding.
    func localTargets(_ uri: [UInt8], _ context: ResponseContext, q: UInt16) -> [Target] {
        guard case .success(let bindings) = uri.withByteView({ lookup($0) }) else { return [] }
        return bindings.map { target(for: $0) }
    }

    /// The target that a binding is (§16.5): its URI, its Path, and its connection or source.
    public func target(for binding: Binding, reference: UInt64 = 0) -> Target {
        Target(
            uri: binding.contact, q: binding.q, route: binding.path, flow: flow(of: binding),
            listener: binding.flow.listener, reference: reference)
    }

    /// The flow to use in place of the contact's address: its connection, or the source of a contact behind NAT.
    private func flow(of binding: Binding) -> Flow? {
        guard !binding.hasPath else { return nil }
        return binding.flow.transport.isReliable || binding.isBehindNAT ? binding.flow : nil
    }

    /// Does §10.3 with a REGISTER and answers it.
    ///
    /// - Parameter owner: who may change the bindings, `name@realm`; nil when the policy does not care.
    public func saveRegistration(
        _ context: ResponseContext, owner: [UInt8]?, rules: RegistrationRules
    ) -> RegistrationChange? {
        guard context.isOpen else { return nil }
        let to = context.message.value(of: .to) ?? .empty
        guard let name = NameAddrLayout(to), let text = name.uri(in: to), let uri = URILayout(text),
            configuration.identity.isLocal(uri, in: text), uri.user.isPresent
        else {
            // §10.3 step 1: not for a domain of this registrar.
            reply(context, ReplyContent(status: 404))
            return nil
        }
        writeAddressOfRecord(uri, text, to: scratch2)
        if let rejection = refusal(context, owner, scratch2.view) {
            reply(context, rejection)
            return nil
        }
        let aor = scratch2.view.array
        return aor.withByteView { register($0, context, rules) }
    }

    private func register(
        _ aor: ByteView, _ context: ResponseContext, _ rules: RegistrationRules
    ) -> RegistrationChange? {
        let request: RegistrationRequest
        switch RegistrationRequest.parse(context.message, flow: context.source) {
        case .success(let parsed): request = parsed
        case .failure(let rejection):
            refuse(context, rejection)
            return nil
        }
        switch locations.register(aor, request, rules, now: wallClock) {
        case .rejected(let rejection):
            refuse(context, rejection)
            return nil
        case .accepted(let change):
            scratch2.removeAll()
            change.writeContacts(to: scratch2, now: wallClock)
            if supports("path", context.message) { change.writePath(to: scratch2) }
            scratch2.append("Date: ")
            SIPDate.append(unixSeconds: wallClock, to: scratch2)
            scratch2.append("\r\n")
            reply(context, ReplyContent(status: 200, extraLines: scratch2.view.array))
            return change
        }
    }

    private func refuse(_ context: ResponseContext, _ rejection: RegistrationRejection) {
        reply(
            context,
            ReplyContent(
                status: rejection.status, reason: ByteView(rejection.reason).array,
                extraLines: rejection.extraLines))
    }

    /// What is refused before the bindings are looked at: unknown Require (§10.3 step 2), somebody else's
    /// address-of-record (step 4), a Contact that would lead to this server or a trusted peer.
    private func refusal(_ context: ResponseContext, _ owner: [UInt8]?, _ aor: ByteView) -> ReplyContent? {
        if let unsupported = unsupportedRequire(context.message) {
            return ReplyContent(status: 420, extraLines: unsupported)
        }
        guard let owner else { return nil }
        let expected = ByteView("sip:").array + owner
        guard AddressOfRecord(String(decoding: expected, as: UTF8.self))?.bytes.withByteView({ $0.equals(aor) }) == true
        else {
            return ReplyContent(status: 403, reason: ByteView("Not Your Address").array)
        }
        return hasForbiddenContact(context.message)
            ? ReplyContent(
                status: 403, reason: ByteView("Contact Not Allowed").array) : nil
    }

    /// Whether the sender lists an option tag in Supported.
    private func supports(_ option: StaticString, _ message: borrowing SIPMessage) -> Bool {
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .supported {
            let value = message.fieldValue(at: index)
            var elements = HeaderElements(value)
            while let range = elements.next() {
                if value[range].equalsIgnoringCase(option) { return true }
            }
        }
        return false
    }

    /// The option tags of Require that are not known here, as an Unsupported line; nil when all are.
    private func unsupportedRequire(_ message: borrowing SIPMessage) -> [UInt8]? {
        var unknown: [UInt8] = []
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .require {
            let value = message.fieldValue(at: index)
            var elements = HeaderElements(value)
            while let range = elements.next() {
                let tag = value[range]
                if tag.equalsIgnoringCase("path") || tag.equalsIgnoringCase("outbound") { continue }
                if !unknown.isEmpty { unknown.append(ByteView(", ")) }
                unknown.append(tag)
            }
        }
        guard !unknown.isEmpty else { return nil }
        return ByteView("Unsupported: ").array + unknown + ByteView("\r\n").array
    }

    private func hasForbiddenContact(_ message: borrowing SIPMessage) -> Bool {
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .contact {
            let value = message.fieldValue(at: index)
            var elements = HeaderElements(value)
            while let range = elements.next() {
                guard let contact = NameAddrLayout(value[range]), let text = contact.uri(in: value[range]),
                    let uri = URILayout(text), let host = uri.host(in: text)
                else { continue }
                if configuration.identity.isLocal(host: host, port: uri.port) { return true }
                if let ip = IPAddress(host), isForbiddenContactAddress(ip) { return true }
            }
        }
        return false
    }

    /// A binding that names a trusted peer or gateway would make our trust a stranger's.
    private func isForbiddenContactAddress(_ ip: IPAddress) -> Bool {
        configuration.identity.isTrusted(ip)
    }
}
