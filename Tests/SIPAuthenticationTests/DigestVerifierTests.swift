import SIPAuthentication
import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@Suite("Digest between server and client (§22, RFC 7616, RFC 8760)")
struct DigestVerifierTests {
    @Test("the right password is accepted with every algorithm and protection", arguments: DigestAlgorithm.allCases)
    func accepted(algorithm: DigestAlgorithm) {
        let server = Server()
        #expect(server.verify(answer([challenge(algorithm)])) == .accepted)
        let realm = challenge(algorithm, realm: "a \"quoted\\\" realm", nonce: NonceToken(time: now, number: 2))
        #expect(server.verify(answer([realm])) == .accepted)
    }

    @Test("auth-int covers the body", arguments: [DigestAlgorithm.md5, .sha256])
    func integrity(algorithm: DigestAlgorithm) {
        let offered = String(decoding: challenge(algorithm, offersIntegrity: true), as: UTF8.self)
        #expect(offered.contains("qop=\"auth,auth-int\""))
        let only = Array(offered.replacing("auth,auth-int", with: "auth-int").utf8)
        let authorization = answer([only], body: "v=0")
        #expect(String(decoding: authorization, as: UTF8.self).contains("qop=auth-int"))
        #expect(Server().verify(authorization, body: "v=0") == .accepted)
        #expect(Server().verify(authorization, body: "v=1") == .wrong)
    }

    @Test("a client takes auth where auth-int is offered as well")
    func preferred() {
        let authorization = answer([challenge(offersIntegrity: true)], body: "v=0")
        #expect(String(decoding: authorization, as: UTF8.self).contains("qop=auth,"))
        #expect(Server().verify(authorization, body: "other") == .accepted)
    }

    @Test("a wrong password, another method and an unknown user are refused")
    func refused() {
        var stranger = alice
        stranger.password = Array("guess".utf8)
        #expect(Server().verify(answer([challenge()], account: stranger)) == .wrong)
        #expect(Server().verify(answer([challenge()]), method: "INVITE") == .wrong)
        stranger.user = Array("mallory".utf8)
        #expect(Server().verify(answer([challenge()], account: stranger)) == .unknownUser)
    }

    @Test("each flipped bit of the answer is refused")
    func flipped() {
        let authorization = answer([challenge()])
        let text = String(decoding: authorization, as: UTF8.self)
        let signed = ["username", "realm", "nonce", "uri", "response", "cnonce", "nc"]
        // Bit 5 is the case of a letter, and a changed space begins the name of another parameter.
        for bit in 0..<authorization.count * 8 where bit % 8 != 5 && authorization[bit / 8] != UInt8(ascii: " ") {
            var other = authorization
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            let result = Server().verify(other)
            // A flip in the name of another parameter, or in opaque, leaves a well-formed answer.
            if result == .accepted {
                let name = text.prefix(bit / 8).split(separator: ",").last?.split(separator: "=").first ?? ""
                #expect(!signed.contains(String(name).trimmingSpaces()), "bit \(bit) of \(name)")
            }
        }
    }

    @Test("an old nonce or one of a forgotten key is stale for who knows the password and wrong for others")
    func stale() {
        var stranger = alice
        stranger.password = Array("guess".utf8)
        let old = challenge(nonce: NonceToken(time: now - 301, number: 5))
        #expect(Server().verify(answer([old])) == .stale)
        #expect(Server().verify(answer([old], account: stranger)) == .wrong)
        #expect(Server().verify(answer([challenge()]), ring: KeyRing(randomBytes: Array(0..<48))) == .stale)
    }

    @Test("a nonce serves many requests when they count, and none twice")
    func counting() {
        let server = Server()
        for count in 1...5 as ClosedRange<UInt32> {
            #expect(server.verify(answer([challenge()], count: count)) == .accepted)
        }
        #expect(server.verify(answer([challenge()], count: 3)) == .replayed)
        #expect(server.verify(answer([challenge()], count: 6)) == .accepted)
    }

    @Test("a wrong answer does not use up a count")
    func wrongKeepsCount() {
        let server = Server()
        #expect(server.verify(answer([challenge()]), method: "INVITE") == .wrong)
        #expect(server.verify(answer([challenge()])) == .accepted)
    }

    @Test("without qop a nonce serves one request, if it is allowed at all (RFC 2069)")
    func withoutProtection() {
        var server = Server()
        let offered = String(decoding: challenge(), as: UTF8.self).replacing(", qop=\"auth\"", with: "")
        let authorization = answer([Array(offered.utf8)])
        #expect(!String(decoding: authorization, as: UTF8.self).contains("nc="))
        #expect(server.verify(authorization) == .accepted)
        #expect(server.verify(authorization) == .replayed)
        server.verifier.allowsMissingProtection = false
        #expect(server.verify(authorization) == .unsupported)
    }

    @Test("an algorithm that is not offered is not accepted")
    func notOffered() {
        var server = Server()
        server.verifier.algorithms = DigestAlgorithmSet(.sha256)
        #expect(server.verify(answer([challenge(.md5)])) == .unsupported)
    }

    @Test("the client answers the strongest challenge that it knows (RFC 8760 §2.4)")
    func strongest() {
        let unknown = Array("Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512-256, qop=\"auth\"".utf8)
        let basic = Array("Basic realm=\"r\"".utf8)
        let both = String(decoding: answer([basic, unknown, challenge(.md5), challenge(.sha256)]), as: UTF8.self)
        #expect(both.contains("algorithm=SHA-256,"))
        #expect(String(decoding: answer([unknown, challenge(.md5)]), as: UTF8.self).contains("algorithm=MD5,"))
        #expect(answer([unknown, basic]).isEmpty)
    }

    @Test("challenges are offered the strongest first (RFC 8760 §2.3)")
    func order() {
        #expect(DigestChallenge(realm: []).algorithms == [.sha256, .md5])
        #expect(DigestAlgorithmSet.all.strongestFirst == [.sha256Sess, .sha256, .md5Sess, .md5])
    }

    @Test("a challenge says what it must")
    func challengeText() {
        let nonce = text { NonceToken(time: now, number: 1).encode(to: $0, ring: ring) }
        let expected = """
            Digest realm="localhost", nonce="\(String(decoding: nonce, as: UTF8.self))", opaque="o1", stale=true, \
            algorithm=SHA-256, qop="auth,auth-int"
            """
        let written = challenge(.sha256, offersIntegrity: true, isStale: true)
        #expect(String(decoding: written, as: UTF8.self) == expected)
        written.withByteView { view in
            #expect(ReceivedChallenge(view)?.isStale == true)
        }
    }
}

extension String {
    func trimmingSpaces() -> String { String(self.drop { $0 == " " }) }
}
