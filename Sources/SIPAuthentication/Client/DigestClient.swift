public import SIPSyntax

/// The client's side of Digest authentication (RFC 3261 §22.2, RFC 7616 §3.4, RFC 8760 §2.4).
public enum DigestClient {
    /// Who answers a challenge.
    public struct Account: Sendable {
        public var user: [UInt8]
        public var password: [UInt8]

        public init(user: [UInt8], password: [UInt8]) {
            self.user = user
            self.password = password
        }
    }

    /// The strongest supported challenge of several values of WWW-Authenticate or Proxy-Authenticate; of equal ones the
    /// first.
    public static func strongest(of challenges: [ByteView]) -> ReceivedChallenge? {
        let known = challenges.compactMap { ReceivedChallenge($0) }
        for algorithm in DigestAlgorithm.strongestFirst {
            if let challenge = known.first(where: { $0.algorithm == algorithm }) { return challenge }
        }
        return nil
    }

    /// Appends the value of an Authorization or Proxy-Authorization header field that answers `challenge`.
    ///
    /// `uri` is the Request-URI of the request, `nonceCount` counts the requests with this nonce from 1, and
    /// `clientNonce` is random text without quotes.
    public static func authorize(
        _ challenge: ReceivedChallenge, account: Account, method: ByteView, uri: ByteView, body: ByteView,
        nonceCount: UInt32, clientNonce: ByteView, to out: ByteWriter
    ) {
        let ha1 = account.user.withByteView { user in
            account.password.withByteView { password in
                challenge.realm.withUnescaped {
                    HA1.compute(user: user, realm: $0, password: password, algorithm: challenge.algorithm)
                }
            }
        }
        withHexCount(nonceCount) { count in
            let input = DigestInput(
                algorithm: challenge.algorithm, method: method, uri: uri, nonce: challenge.nonce.raw,
                protection: challenge.protection, nonceCount: count, clientNonce: clientNonce, body: body)
            write(challenge, account.user, input, input.response(ha1: ha1), to: out)
        }
    }

    /// Appends the answer to the strongest of several challenges; false when none is supported.
    public static func authorize(
        challenges: [ByteView], account: Account, method: ByteView, uri: ByteView, body: ByteView,
        nonceCount: UInt32, clientNonce: ByteView, to out: ByteWriter
    ) -> Bool {
        guard let challenge = strongest(of: challenges) else { return false }
        authorize(
            challenge, account: account, method: method, uri: uri, body: body, nonceCount: nonceCount,
            clientNonce: clientNonce, to: out)
        return true
    }

    private static func withHexCount(_ count: UInt32, _ body: (ByteView) -> Void) {
        var digits = DigestValue.hex(UInt64(count))
        withUnsafeBytes(of: &digits) { body(ByteView($0)) }
    }

    private static func write(
        _ challenge: ReceivedChallenge, _ user: [UInt8], _ input: DigestInput, _ response: DigestValue,
        to out: ByteWriter
    ) {
        out.append("Digest username=")
        user.withByteView { out.append(quoted: $0) }
        out.append(", realm=")
        out.append(quotedRaw: challenge.realm.raw)
        out.append(", nonce=")
        out.append(quotedRaw: input.nonce)
        out.append(", uri=")
        out.append(quotedRaw: input.uri)
        out.append(", response=")
        response.withHex { out.append(quotedRaw: $0) }
        out.append(", algorithm=")
        out.append(input.algorithm.name)
        if input.protection != .none || input.algorithm.isSession {
            out.append(", cnonce=")
            out.append(quotedRaw: input.clientNonce)
        }
        if input.protection != .none {
            out.append(", qop=")
            out.append(input.protection.name)
            out.append(", nc=")
            out.append(input.nonceCount)
        }
        if let opaque = challenge.opaque {
            out.append(", opaque=")
            out.append(quotedRaw: opaque.raw)
        }
    }
}
