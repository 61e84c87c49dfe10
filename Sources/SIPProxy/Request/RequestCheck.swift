public import SIPSyntax
public import SIPTokens

/// A refusal that the core gives by itself.
public struct Rejection: Sendable {
    public var status: Int
    public var reason: StaticString
    /// Header lines to add, each with its CRLF.
    public var extra: [UInt8]
    /// Whether it is for a loop.
    public var isLoop = false

    public init(_ status: Int, _ reason: StaticString, extra: [UInt8] = []) {
        self.status = status
        self.reason = reason
        self.extra = extra
    }
}

/// What the check of a request found out for later.
public struct RequestFacts: Sendable {
    public var hasToTag = false
    public var requestURI: URILayout?

    public init() {}
}

/// Request validation (§16.3) and what any server checks first (§8.2).
public enum RequestCheck {
    public enum Outcome: Sendable {
        case proceed(RequestFacts)
        case reject(Rejection)
        /// An OPTIONS for the server itself (§11).
        case answerOptions
    }

    /// Checks a well-formed request.
    ///
    /// - Parameter mayHaveBeenHere: false when no Via can be ours, which saves looking for a loop.
    public static func run(
        _ message: borrowing SIPMessage, _ identity: borrowing ServerIdentity, keys: borrowing KeyRing,
        mayHaveBeenHere: Bool = true
    ) -> Outcome {
        var facts = RequestFacts()
        if let rejection = checkFields(message, &facts) { return .reject(rejection) }
        let uri = URILayout(message.requestURI)
        if let rejection = checkURI(uri, message) { return .reject(rejection) }
        facts.requestURI = uri
        let isForServer = isForServerItself(uri, message, identity)
        if let rejection = checkMaxForwards(message) {
            // §16.3 step 3: an OPTIONS at its last hop may be answered by the proxy.
            return rejection.status == 483 && message.method == .options ? .answerOptions : .reject(rejection)
        }
        if mayHaveBeenHere, let rejection = checkLoop(message, keys) { return .reject(rejection) }
        if let rejection = checkProxyRequire(message) { return .reject(rejection) }
        if isForServer, message.method == .options, !facts.hasToTag { return .answerOptions }
        return .proceed(facts)
    }

    /// From, To and Contact can be read (§8.2.2); a tag in To means that a dialog is claimed.
    private static func checkFields(_ message: borrowing SIPMessage, _ facts: inout RequestFacts) -> Rejection? {
        guard let to = message.value(of: .to), let toLayout = NameAddrLayout(to), !toLayout.isStar else {
            return Rejection(400, "Malformed To")
        }
        guard let from = message.value(of: .from), let fromLayout = NameAddrLayout(from), !fromLayout.isStar else {
            return Rejection(400, "Malformed From")
        }
        guard let callID = message.value(of: .callID), !callID.isEmpty else {
            return Rejection(400, "Malformed Call-ID")
        }
        facts.hasToTag = toLayout.tag(in: to) != nil
        return nil
    }

    private static func checkURI(_ uri: URILayout?, _ message: borrowing SIPMessage) -> Rejection? {
        let text = message.requestURI
        guard text.count <= 2048 else { return Rejection(414, "Request-URI Too Long") }
        guard let uri else {
            return Rejection(400, "Malformed Request-URI")
        }
        // §16.3 step 2.
        return uri.scheme == .other ? Rejection(416, "Unsupported URI Scheme") : nil
    }

    private static func isForServerItself(
        _ uri: URILayout?, _ message: borrowing SIPMessage, _ identity: borrowing ServerIdentity
    ) -> Bool {
        guard let uri, uri.user.isAbsent, !message.has(.route) else { return false }
        return identity.isLocal(uri, in: message.requestURI)
    }

    private static func checkMaxForwards(_ message: borrowing SIPMessage) -> Rejection? {
        guard let value = message.value(of: .maxForwards) else { return nil }
        guard let hops = value.decimal(limit: 255) else { return Rejection(400, "Malformed Max-Forwards") }
        return hops == 0 ? Rejection(483, "Too Many Hops") : nil
    }

    /// A Via of ours whose loop hash is that of this request: it came back unchanged (§16.3 step 4, RFC 5393 §4.2).
    private static func checkLoop(
        _ message: borrowing SIPMessage, _ keys: borrowing KeyRing
    ) -> Rejection? {
        var hash: UInt64?
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .via {
            var elements = HeaderElements(message.fieldValue(at: index))
            let value = message.fieldValue(at: index)
            while let range = elements.next() {
                guard let via = ViaLayout(value[range]), let branch = via.branch(in: value[range]),
                    let token = BranchToken(branch, ring: keys)
                else { continue }
                if hash == nil { hash = LoopHash.compute(message, keys: keys) }
                if token.loopHash == hash {
                    var rejection = Rejection(482, "Loop Detected")
                    rejection.isLoop = true
                    return rejection
                }
            }
        }
        return nil
    }

    /// No extension of Proxy-Require is known here (§16.3 step 5).
    private static func checkProxyRequire(_ message: borrowing SIPMessage) -> Rejection? {
        guard let value = message.value(of: .proxyRequire) else { return nil }
        var extra: [UInt8] = []
        extra.append("Unsupported: ")
        extra.append(value)
        extra.append("\r\n")
        return Rejection(420, "Bad Extension", extra: extra)
    }
}
