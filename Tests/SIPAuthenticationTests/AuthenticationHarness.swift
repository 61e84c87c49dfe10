import SIPAuthentication
import SIPSyntax
import SIPTokens
import SIPTransaction

let now: UInt64 = 1_800_000_000
let ring = KeyRing(randomBytes: (0..<48).map { $0 &* 3 &+ 11 })
let alice = DigestClient.Account(user: Array("alice".utf8), password: Array("wonder\"land".utf8))
let method: StaticString = "REGISTER"
let uri: StaticString = "sip:localhost"

/// What `write` appends.
func text(_ write: (ByteWriter) -> Void) -> [UInt8] {
    let out = ByteWriter()
    write(out)
    return out.view.array
}

/// A challenge of this server, as bytes.
func challenge(
    _ algorithm: DigestAlgorithm = .md5, realm: String = "localhost",
    nonce: NonceToken = NonceToken(time: now, number: 1),
    offersIntegrity: Bool = false, isStale: Bool = false
) -> [UInt8] {
    let challenge = DigestChallenge(
        realm: Array(realm.utf8), opaque: Array("o1".utf8), offersIntegrity: offersIntegrity)
    return text { challenge.write(algorithm, nonce: nonce, isStale: isStale, to: $0, ring: ring) }
}

/// The client's answer to challenges, as bytes; empty when it knows none.
func answer(
    _ challenges: [[UInt8]], account: DigestClient.Account = alice, count: UInt32 = 1, body: StaticString = ""
) -> [UInt8] {
    text { out in
        let joined = challenges.flatMap { $0 }
        joined.withByteView { view in
            var views: [ByteView] = []
            var start = 0
            for challenge in challenges {
                views.append(view[start..<start + challenge.count])
                start += challenge.count
            }
            _ = DigestClient.authorize(
                challenges: views, account: account, method: ByteView(method), uri: ByteView(uri),
                body: ByteView(body), nonceCount: count, clientNonce: ByteView("c0ffee"), to: out)
        }
    }
}

/// A server with one user.
struct Server {
    var verifier = DigestVerifier(
        counter: NonceCounter(lifetime: .seconds(Int64(300))), nonceLifetime: .seconds(Int64(300)), algorithms: .all)

    func verify(
        _ authorization: [UInt8], at time: UInt64 = now, method: StaticString = method, body: StaticString = "",
        ring: KeyRing = ring
    ) -> DigestResult? {
        authorization.withByteView { value in
            guard let credentials = DigestCredentials(value) else { return nil }
            return verifier.verify(
                credentials, method: ByteView(method), body: ByteView(body), now: time, ring: ring
            ) { credentials in
                guard credentials.username.raw.equals("alice") else { return nil }
                return credentials.realm.withUnescaped {
                    HA1.compute(
                        user: ByteView("alice"), realm: $0, password: ByteView("wonder\"land"),
                        algorithm: credentials.algorithm)
                }
            }
        }
    }
}
