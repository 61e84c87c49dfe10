import Crypto
public import SIPSyntax

/// What a response is computed from, besides HA1 (RFC 7616 §3.4.1).
///
/// The views are the bytes between the quotes as they stand in the header field, because both sides hash those.
public struct DigestInput {
    /// The protection that is asked for (RFC 7616 §3.3).
    public enum Protection: UInt8, Hashable, Sendable {
        /// No `qop`: the form of RFC 2069, without a count.
        case none
        /// Method and URI.
        case auth
        /// Method, URI and body.
        case authInt

        /// As the `qop` parameter spells it.
        public var name: StaticString {
            switch self {
            case .none: ""
            case .auth: "auth"
            case .authInt: "auth-int"
            }
        }
    }

    public var algorithm: DigestAlgorithm
    public var method: ByteView
    /// The `uri` parameter.
    public var uri: ByteView
    public var nonce: ByteView
    public var protection: Protection
    /// The eight digits of `nc`; empty without `qop`.
    public var nonceCount: ByteView
    /// Empty without `qop`.
    public var clientNonce: ByteView
    /// The body, which counts with `auth-int` only.
    public var body: ByteView

    public init(
        algorithm: DigestAlgorithm, method: ByteView, uri: ByteView, nonce: ByteView, protection: Protection = .none,
        nonceCount: ByteView = .empty, clientNonce: ByteView = .empty, body: ByteView = .empty
    ) {
        self.algorithm = algorithm
        self.method = method
        self.uri = uri
        self.nonce = nonce
        self.protection = protection
        self.nonceCount = nonceCount
        self.clientNonce = clientNonce
        self.body = body
    }

    /// The response for a user with this HA1, made with `algorithm.hash`.
    public func response(ha1: DigestValue) -> DigestValue {
        switch algorithm.hash {
        case .sha256, .sha256Sess: response(SHA256.self, ha1)
        case .md5, .md5Sess: response(Insecure.MD5.self, ha1)
        }
    }

    private func response<Function: DigestFunction>(_ function: Function.Type, _ ha1: DigestValue) -> DigestValue {
        let key = algorithm.isSession ? sessionKey(function, ha1) : ha1
        let ha2 = requestHash(function)
        return key.withHex { key in
            ha2.withHex { ha2 in
                var hash = DigestHash<Function>()
                hash.absorb(key, nonce)
                hash.absorbColon()
                if protection != .none {
                    hash.absorb(nonceCount, clientNonce, ByteView(protection.name))
                    hash.absorbColon()
                }
                hash.absorb(ha2)
                return hash.finish()
            }
        }
    }

    /// H(HA1 ":" nonce ":" cnonce), RFC 7616 §3.4.2.
    private func sessionKey<Function: DigestFunction>(_ function: Function.Type, _ ha1: DigestValue) -> DigestValue {
        ha1.withHex { hex in
            var hash = DigestHash<Function>()
            hash.absorb(hex, nonce, clientNonce)
            return hash.finish()
        }
    }

    /// H(method ":" uri), with `auth-int` H(method ":" uri ":" H(body)), RFC 7616 §3.4.3.
    private func requestHash<Function: DigestFunction>(_ function: Function.Type) -> DigestValue {
        var hash = DigestHash<Function>()
        guard protection == .authInt else {
            hash.absorb(method, uri)
            return hash.finish()
        }
        var content = DigestHash<Function>()
        content.absorb(body)
        content.finish().withHex { hash.absorb(method, uri, $0) }
        return hash.finish()
    }
}
