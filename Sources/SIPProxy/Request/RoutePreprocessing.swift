public import SIPSyntax
public import SIPTokens

/// Route information preprocessing (§16.4): the Route values that name this server are taken off, a strict router's
/// rewriting is undone.
public enum RoutePreprocessing {
    /// Edits the message and says what was found.
    public static func run(
        _ message: inout SIPMessage, _ identity: borrowing ServerIdentity, keys: borrowing KeyRing
    ) -> RouteFinding {
        guard message.has(.route) else { return RouteFinding() }
        var finding = RouteFinding()
        undoStrictRouting(&message, identity, keys, &finding)
        while takeOwnRoute(&message, identity, keys, &finding) {}
        finding.hasRemaining = message.has(.route)
        return finding
    }

    /// A strict router before us put our Record-Route URI into the Request-URI and the real one last in Route.
    private static func undoStrictRouting(
        _ message: inout SIPMessage, _ identity: borrowing ServerIdentity, _ keys: borrowing KeyRing,
        _ finding: inout RouteFinding
    ) {
        let text = message.requestURI
        guard let uri = URILayout(text), let host = uri.host(in: text), identity.isOwn(host: host, port: uri.port),
            let token = verify(text, uri, message, keys)
        else { return }
        note(token, text, uri, &finding)
        guard let last = lastElement(of: message) else { return }
        let value = message.fieldValue(at: last.index)
        guard let route = NameAddrLayout(value[last.range]), let target = route.uri(in: value[last.range]) else {
            return
        }
        let copy = target.array
        copy.withByteView { message.setRequestURI($0) }
        removeLastElement(&message, last)
    }

    /// Removes the first Route value when it names this server; true when there may be another one.
    private static func takeOwnRoute(
        _ message: inout SIPMessage, _ identity: borrowing ServerIdentity, _ keys: borrowing KeyRing,
        _ finding: inout RouteFinding
    ) -> Bool {
        guard let index = message.firstIndex(of: .route) else { return false }
        let value = message.fieldValue(at: index)
        var elements = HeaderElements(value)
        guard let range = elements.next() else {
            message.removeField(at: index)
            return true
        }
        guard let route = NameAddrLayout(value[range]), let text = route.uri(in: value[range]),
            let uri = URILayout(text), let host = uri.host(in: text), identity.isLocal(host: host, port: uri.port)
        else { return false }
        if let token = verify(text, uri, message, keys) { note(token, text, uri, &finding) }
        finding.ownValues += 1
        message.removeFirstElement(at: index)
        return true
    }

    private static func note(
        _ token: DialogToken.Verified, _ text: ByteView, _ uri: URILayout, _ finding: inout RouteFinding
    ) {
        finding.outgoingListener = token.token.listener
        guard finding.token == nil else { return }
        finding.token = token
        finding.parameters = RecordRoute.policyParameters(text, uri).array
    }

    private static func verify(
        _ text: ByteView, _ uri: URILayout, _ message: borrowing SIPMessage, _ keys: borrowing KeyRing
    ) -> DialogToken.Verified? {
        guard let user = uri.user(in: text), let from = message.value(of: .from), let to = message.value(of: .to),
            let callID = message.value(of: .callID)
        else { return nil }
        return DialogToken.verify(
            user, callID: callID, fromTag: NameAddrLayout(from)?.tag(in: from) ?? .empty,
            toTag: NameAddrLayout(to)?.tag(in: to) ?? .empty,
            parameters: RecordRoute.policyParameters(text, uri), ring: keys)
    }

    // MARK: The last Route value

    private static func lastElement(of message: borrowing SIPMessage) -> (index: Int, range: FieldRange)? {
        var last: (Int, FieldRange)?
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .route {
            var elements = HeaderElements(message.fieldValue(at: index))
            while let range = elements.next() { last = (index, range) }
        }
        return last
    }

    private static func removeLastElement(_ message: inout SIPMessage, _ last: (index: Int, range: FieldRange)) {
        let value = message.fieldValue(at: last.index)
        guard let comma = value.prefix(last.range.lower).lastIndex(of: UInt8(ascii: ",")) else {
            return message.removeField(at: last.index)
        }
        let rest = value.prefix(comma).trimmed.array
        rest.withByteView { message.setFieldValue(at: last.index, $0) }
    }
}

/// The Record-Route URI that this server writes: `<sip:TOKEN@host:port;transport=tcp;lr;key=value>`.
public enum RecordRoute {
    /// What stands behind `;lr;` in one of our URIs: the parameters that the policy gave.
    public static func policyParameters(_ text: ByteView, _ uri: URILayout) -> ByteView {
        guard let parameters = uri.parameters(in: text) else { return .empty }
        var index = 0
        while index < parameters.count {
            let end = parameters.firstIndex(of: UInt8(ascii: ";"), from: index) ?? parameters.count
            if parameters[index..<end].equalsIgnoringCase("lr") {
                return end < parameters.count ? parameters.suffix(from: end + 1) : .empty
            }
            index = end + 1
        }
        return .empty
    }
}

extension SIPMessage {
    /// Removes the first Via value, with its field when it was the only one (§16.7 step 3).
    public mutating func removeTopVia() {
        guard let index = firstIndex(of: .via) else { return }
        removeFirstElement(at: index)
    }

    /// Removes the first value of the field at `index`, with the field when it was the only one.
    public mutating func removeFirstElement(at index: Int) {
        let value = fieldValue(at: index)
        var elements = HeaderElements(value)
        _ = elements.next()
        if let second = elements.next() {
            setFieldValue(at: index, value.suffix(from: second.lower))
        } else {
            removeField(at: index)
        }
    }
}
