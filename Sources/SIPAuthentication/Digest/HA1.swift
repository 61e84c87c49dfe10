import Crypto
public import SIPSyntax

/// The hash of user name, realm and password that a server keeps instead of the password (RFC 7616 §3.4.2).
public enum HA1 {
    /// H(user ":" realm ":" password); with a session algorithm the same as without, because the session key is made
    /// for each nonce.
    public static func compute(
        user: ByteView, realm: ByteView, password: ByteView, algorithm: DigestAlgorithm
    ) -> DigestValue {
        switch algorithm.hash {
        case .sha256, .sha256Sess: compute(SHA256.self, user, realm, password)
        case .md5, .md5Sess: compute(Insecure.MD5.self, user, realm, password)
        }
    }

    /// H(user ":" realm ":" password) for text, for tools that make users.
    public static func compute(
        user: String, realm: String, password: String, algorithm: DigestAlgorithm
    ) -> DigestValue {
        user.withByteView { user in
            realm.withByteView { realm in
                password.withByteView { compute(user: user, realm: realm, password: $0, algorithm: algorithm) }
            }
        }
    }

    private static func compute<Function: DigestFunction>(
        _ function: Function.Type, _ user: ByteView, _ realm: ByteView, _ password: ByteView
    ) -> DigestValue {
        var hash = DigestHash<Function>()
        hash.absorb(user, realm, password)
        return hash.finish()
    }
}
