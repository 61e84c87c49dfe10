import SIPSyntax
import SIPTransaction

/// §10.3 steps 6 and 7 as a computation: from the bindings that are there and a REGISTER to the bindings that will be,
/// or a refusal. Nothing is changed here; whoever asked commits `change.current`, all or nothing.
struct RegistrationUpdate {
    let request: RegistrationRequest
    let rules: RegistrationRules
    /// Unix seconds.
    let now: Int64
    /// What becomes of a stream connection that a new binding depends on.
    let connections: ConnectionRegister
    private(set) var change = RegistrationChange()

    init(
        _ bindings: [Binding], _ request: RegistrationRequest, _ rules: RegistrationRules,
        _ connections: ConnectionRegister, now: Int64
    ) {
        self.request = request
        self.rules = rules
        self.now = now
        self.connections = connections
        change.current = bindings
        change.path = request.path
    }

    /// Does all that the request asks for.
    mutating func run() throws(RegistrationRejection) {
        removeAll(.expired) { [now] in $0.expiresAt <= now }
        if request.removesAll {
            try removeEverything()
        } else if !request.contacts.isEmpty {
            // Each contact is compared with each binding: more than could ever be meant are not looked at.
            guard request.contacts.count <= change.current.count + rules.maxContacts else { throw .tooManyContacts }
            for contact in request.contacts { try apply(contact) }
        }
        removeAll(.connectionClosed) { !$0.isReachable }
        guard change.added.isEmpty || change.current.count <= rules.maxContacts else { throw .tooManyContacts }
        if !change.isEmpty { change.current.sortBestFirst() }
    }

    // MARK: Step 6

    /// `Contact: *`: a binding of the same Call-ID goes only to a higher CSeq.
    private mutating func removeEverything() throws(RegistrationRejection) {
        for binding in change.current where isOutOfOrder(binding) { throw .outOfOrder }
        removeAll(.requested) { _ in true }
    }

    // MARK: Step 7

    private mutating func apply(_ contact: RequestedContact) throws(RegistrationRejection) {
        let seconds = try interval(for: contact)
        let place = change.current.firstIndex { request.names($0, contact) }
        guard let place else {
            if seconds > 0 { add(makeBinding(contact, seconds, nil)) }
            return
        }
        let existing = change.current[place]
        if isOutOfOrder(existing), !wasWrittenNow(existing) {
            guard isRepeat(contact, seconds, existing) else { throw .outOfOrder }
            return
        }
        if seconds > 0 {
            replace(at: place, by: makeBinding(contact, seconds, existing))
        } else {
            remove(at: place, .requested)
        }
    }

    /// The seconds that a contact is given, 0 to remove it.
    private func interval(for contact: RequestedContact) throws(RegistrationRejection) -> Int64 {
        let longest = max(rules.maxExpires, rules.minExpires)
        guard let asked = contact.expires ?? request.expires else {
            return Int64(min(max(rules.defaultExpires, rules.minExpires), longest))
        }
        // Only what is shorter than an hour may be refused.
        guard asked == 0 || asked >= 3600 || Int(asked) >= rules.minExpires else {
            throw .intervalTooBrief(minimum: rules.minExpires)
        }
        return Int64(min(Int(asked), longest))
    }

    /// Whether the request is older than the binding, or the one that wrote it.
    private func isOutOfOrder(_ binding: Binding) -> Bool {
        request.cseq <= binding.cseq && binding.blob.withContents { $1[$0.callID].equals(request.callID) }
    }

    /// Whether the request asks for what it did already: a repeat that the transaction layer could not catch.
    private func isRepeat(_ contact: RequestedContact, _ seconds: Int64, _ existing: Binding) -> Bool {
        guard seconds > 0, request.cseq == existing.cseq, existing.isReachable,
            existing.expiresAt - existing.registeredAt == seconds
        else { return false }
        return existing.asksForTheSame(as: makeBinding(contact, seconds, existing))
    }

    /// Whether this very request wrote the binding, naming one contact twice.
    private func wasWrittenNow(_ binding: Binding) -> Bool {
        change.added.contains { $0.blob === binding.blob } || change.refreshed.contains { $0.blob === binding.blob }
    }

    private func makeBinding(_ contact: RequestedContact, _ seconds: Int64, _ previous: Binding?) -> Binding {
        let head = BindingHead(
            flow: request.flow, expiresAt: now + seconds, registeredAt: now, connection: connection(previous),
            cseq: request.cseq, regID: contact.regID, q: contact.q, isBehindNAT: request.isBehindNAT)
        return request.path.withByteView { path in
            Binding(
                head,
                BindingTexts(
                    contact: request.uri(of: contact), callID: request.callID, path: path,
                    instance: request.instance(of: contact), userAgent: request.userAgent,
                    methods: request.methods(of: contact)))
        }
    }

    /// The connection that a binding depends on: with a Path, the proxy there looks after it.
    private func connection(_ previous: Binding?) -> ConnectionState? {
        guard request.flow.connection != 0, request.path.isEmpty else { return nil }
        if let state = previous?.blob.header.connection, previous?.flow.connection == request.flow.connection {
            return state
        }
        return connections.state(of: request.flow.connection)
    }
}

// MARK: Changes

extension RegistrationUpdate {
    private mutating func add(_ binding: Binding) {
        change.current.append(binding)
        change.added.append(binding)
    }

    private mutating func replace(at place: Int, by binding: Binding) {
        let existing = change.current[place]
        change.current[place] = binding
        if let index = change.added.firstIndex(where: { $0.blob === existing.blob }) {
            change.added[index] = binding
        } else if let index = change.refreshed.firstIndex(where: { $0.blob === existing.blob }) {
            change.refreshed[index] = binding
        } else {
            change.refreshed.append(binding)
        }
    }

    private mutating func remove(at place: Int, _ reason: RemovalReason) {
        let existing = change.current.remove(at: place)
        if let index = change.added.firstIndex(where: { $0.blob === existing.blob }) {
            // Added and removed by one request: nobody has seen it.
            change.added.remove(at: index)
            return
        }
        change.refreshed.removeAll { $0.blob === existing.blob }
        change.removed.append(RemovedBinding(existing, reason))
    }

    private mutating func removeAll(_ reason: RemovalReason, where isGone: (Binding) -> Bool) {
        guard change.current.contains(where: isGone) else { return }
        for binding in change.current where isGone(binding) {
            change.removed.append(RemovedBinding(binding, reason))
        }
        change.current.removeAll(where: isGone)
    }
}

extension RegistrationRequest {
    /// Whether `contact` means the contact that is registered as `binding`: by its flow where both name one
    /// (RFC 5626 §6), by the URI otherwise (§10.3 step 7, §19.1.4).
    func names(_ binding: Binding, _ contact: RequestedContact) -> Bool {
        binding.blob.withContents { head, bytes in
            if contact.regID != 0, head.regID != 0 {
                return contact.regID == head.regID
                    && bytes[head.instance].equalsIgnoringCase(instance(of: contact))
            }
            return isEqual(uri(of: contact), contact.layout, bytes[head.contact])
        }
    }

    private func isEqual(_ uri: ByteView, _ layout: URILayout, _ other: ByteView) -> Bool {
        if uri.equals(other) { return true }
        guard let otherLayout = URILayout(other) else { return false }
        return SIPURI.areEqual(uri, layout, other, otherLayout)
    }
}

extension [Binding] {
    /// Sorts by q, then the latest first; equals keep their order. An address-of-record has few, nearly sorted.
    mutating func sortBestFirst() {
        for index in indices.dropFirst() {
            var place = index
            while place > 0, self[place].isBetter(than: self[place - 1]) {
                swapAt(place, place - 1)
                place -= 1
            }
        }
    }
}

extension Binding {
    fileprivate func isBetter(than other: Binding) -> Bool {
        (q, registeredAt) > (other.q, other.registeredAt)
    }
}
