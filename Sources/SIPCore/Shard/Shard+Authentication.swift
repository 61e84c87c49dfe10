public import SIPAuthentication
import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

/// How a request's sender is to prove who it is.
public struct AuthenticationRules: Sendable {
    /// The realm; nil for the configured domain that the request concerns.
    public var realm: [UInt8]?
    /// Offered and accepted.
    public var algorithms = DigestAlgorithmSet.standard
    /// 407 and Proxy-Authorization instead of 401 and Authorization; nil for the method's own: 401 for REGISTER.
    public var isProxy: Bool?
    /// Whether a local From (REGISTER: To) must be the user's own.
    public var checksIdentity = true

    public init() {}
}

/// What came of the credentials of a request.
public enum AuthenticationResult: Sendable {
    /// Proven; the user is noted in the context.
    case accepted
    /// There are none that count: challenge.
    case challenge(isStale: Bool)
    /// Proven, but not for this From or To: 403.
    case otherIdentity
}

/// Digest authentication of requests (§22, RFC 7616, RFC 8760).
extension Shard {
    /// The realm for a request: a configured domain, never taken from From (§22.1).
    public func realm(for context: ResponseContext, _ rules: AuthenticationRules) -> [UInt8] {
        if let realm = rules.realm { return realm }
        let text = context.message.requestURI
        if let uri = URILayout(text), let host = uri.host(in: text),
            let index = configuration.identity.domainIndex(host)
        {
            return configuration.identity.domains[index]
        }
        return configuration.identity.domains.first ?? ByteView("localhost").array
    }

    /// The user that the request's credentials name, before they are checked; nil without credentials for the realm.
    public func claimedUser(_ context: ResponseContext, _ rules: AuthenticationRules) -> [UInt8]? {
        let realm = realm(for: context, rules)
        return withCredentials(context, rules, realm) { credentials, _ in credentials.username.unescaped }
    }

    /// Checks the credentials for the realm; accepted ones are taken out of what is relayed (§22.3).
    ///
    /// - Parameter ha1: the stored hash of the user for the algorithm that the sender chose.
    public func authenticate(
        _ context: ResponseContext, _ rules: AuthenticationRules,
        ha1: (_ user: [UInt8], _ realm: [UInt8], _ algorithm: DigestAlgorithm) -> DigestValue?
    ) -> AuthenticationResult {
        let realm = realm(for: context, rules)
        let found = withCredentials(context, rules, realm) { credentials, index in
            (verify(credentials, context, realm, ha1), credentials.username.unescaped, index)
        }
        guard let (result, user, index) = found else { return .challenge(isStale: false) }
        switch result {
        case .stale: return .challenge(isStale: true)
        case .accepted: break
        case .replayed, .wrong, .unknownUser, .unsupported: return .challenge(isStale: false)
        }
        context.message.removeField(at: index)
        context.user = user + [UInt8(ascii: "@")] + realm
        return rules.checksIdentity && !isOwnIdentity(context, user, realm) ? .otherIdentity : .accepted
    }

    private func verify(
        _ credentials: borrowing DigestCredentials, _ context: ResponseContext, _ realm: [UInt8],
        _ ha1: (_ user: [UInt8], _ realm: [UInt8], _ algorithm: DigestAlgorithm) -> DigestValue?
    ) -> DigestResult {
        authentication.verify(
            credentials, method: context.received.methodText, body: context.received.body,
            now: UInt64(max(0, wallClock)), ring: configuration.keys
        ) { ha1($0.username.unescaped, realm, $0.algorithm) }
    }

    /// Finds the credentials for the realm among the request's fields.
    private func withCredentials<R>(
        _ context: ResponseContext, _ rules: AuthenticationRules, _ realm: [UInt8],
        _ body: (borrowing DigestCredentials, _ index: Int) -> R
    ) -> R? {
        let name: HeaderName = isProxy(context, rules) ? .proxyAuthorization : .authorization
        var place = context.message.firstIndex(of: name)
        while let index = place {
            if let credentials = DigestCredentials(context.message.fieldValue(at: index)),
                realm.withByteView({ credentials.realm.raw.equals($0) })
            {
                return body(credentials, index)
            }
            place = context.message.firstIndex(of: name, from: index + 1)
        }
        return nil
    }

    private func isProxy(_ context: ResponseContext, _ rules: AuthenticationRules) -> Bool {
        rules.isProxy ?? (context.method != .register)
    }

    /// Whether a local From, or the To of a REGISTER, is the user's own; one of another domain is not ours to judge.
    private func isOwnIdentity(_ context: ResponseContext, _ user: [UInt8], _ realm: [UInt8]) -> Bool {
        guard let value = context.message.value(of: context.method == .register ? .to : .from),
            let name = NameAddrLayout(value), let text = name.uri(in: value), let uri = URILayout(text)
        else { return false }
        guard configuration.identity.isLocal(uri, in: text) else { return context.method != .register }
        guard let own = AddressOfRecord("sip:" + String(decoding: user + [UInt8(ascii: "@")] + realm, as: UTF8.self))
        else { return false }
        writeAddressOfRecord(uri, text, to: scratch2)
        return own.bytes.withByteView { $0.equals(scratch2.view) }
    }

    // MARK: Challenges

    /// Answers 401 or 407 with a challenge an algorithm, the strongest first (RFC 8760 §2.4).
    ///
    /// ACK and CANCEL are never challenged (§22.1): nothing can be answered to the one, and the other can't be sent
    /// again with a new CSeq.
    public func challenge(_ context: ResponseContext, _ rules: AuthenticationRules, isStale: Bool) {
        guard context.method != .ack, context.method != .cancel else { return }
        let isProxy = isProxy(context, rules)
        let challenge = DigestChallenge(realm: realm(for: context, rules), algorithms: rules.algorithms)
        nonceNumber &+= 1
        let nonce = NonceToken(time: UInt64(max(0, wallClock)), number: nonceNumber)
        scratch2.removeAll()
        for algorithm in challenge.algorithms {
            scratch2.append(isProxy ? "Proxy-Authenticate: " : "WWW-Authenticate: ")
            challenge.write(algorithm, nonce: nonce, isStale: isStale, to: scratch2, ring: configuration.keys)
            scratch2.append("\r\n")
        }
        reply(context, ReplyContent(status: isProxy ? 407 : 401, extraLines: scratch2.view.array))
    }
}
