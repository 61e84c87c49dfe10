import SIPProxy
import SIPSyntax
import SIPTokens
import Testing

@Suite("Request validation (§16.3)")
struct RequestCheckTests {
    private func status(_ message: SIPMessage) -> Int {
        switch RequestCheck.run(message, identity, keys: keys) {
        case .proceed: 0
        case .answerOptions: 200
        case .reject(let rejection): rejection.status
        }
    }

    @Test("a good request proceeds, and its facts are known")
    func good() throws {
        guard case .proceed(let facts) = RequestCheck.run(try request(toTag: "x"), identity, keys: keys) else {
            Issue.record("refused")
            return
        }
        #expect(facts.hasToTag)
        #expect(facts.requestURI?.scheme == .sip)
    }

    @Test(
        "each rule has its status",
        arguments: [
            ("Max-Forwards: 0", "INVITE", "sip:bob@example.com", 483),
            ("Max-Forwards: 1", "INVITE", "sip:bob@example.com", 0),
            ("Max-Forwards: x", "OPTIONS", "sip:bob@example.com", 400),
            ("Max-Forwards: 0", "OPTIONS", "sip:bob@example.com", 200), ("X: y", "OPTIONS", "sip:example.com", 200),
            ("X: y", "OPTIONS", "sip:10.0.0.1", 200), ("X: y", "OPTIONS", "sip:other.net", 0),
            ("X: y", "OPTIONS", "sip:bob@example.com", 0), ("Proxy-Require: x", "INVITE", "sip:bob@example.com", 420),
            ("X: y", "INVITE", "mailto:bob@example.com", 416), ("X: y", "INVITE", "sip:", 400),
            ("X: y", "INVITE", "tel:+1555", 0), ("X: y", "INVITE", "sips:bob@example.com", 0),
        ])
    func rules(field: String, method: String, uri: String, expected: Int) throws {
        #expect(status(try request([field], method: method, uri: uri)) == expected)
    }

    @Test("a Via of ours with this request's hash is a loop (482), with another one a spiral (RFC 5393 §4.2)")
    func loop() throws {
        let plain = try request()
        let hash = LoopHash.compute(plain, keys: keys)
        func via(_ hash: UInt64) -> String {
            let out = ByteWriter()
            BranchToken(shard: 0, kind: .stateful, number: 5, loopHash: hash).encode(to: out, ring: keys)
            return "SIP/2.0/UDP 10.0.0.1:5060;branch=\(out.view.string)"
        }
        let others = ["SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa"]
        #expect(status(try request(vias: others + [via(hash)])) == 482)
        #expect(status(try request(vias: [others[0] + ", " + via(hash)])) == 482)
        #expect(status(try request(vias: others + [via(hash ^ 1)])) == 0)
        #expect(status(try request(uri: "sip:carol@example.com", vias: others + [via(hash)])) == 0)
        // What changes on the way round changes nothing.
        #expect(
            status(try request(["Max-Forwards: 9", "Record-Route: <sip:x;lr>"], vias: others + [via(hash)])) == 482)
        // Credentials that were added make it another request.
        #expect(status(try request(["Proxy-Authorization: Digest x"], vias: others + [via(hash)])) == 0)
        // A hash in a branch that is not ours says nothing.
        #expect(status(try request(vias: others + [via(hash) + "x"])) == 0)
    }

    @Test("who is local, own and trusted")
    func identities() {
        func isLocal(_ uri: String) -> Bool {
            uri.withByteView { text in URILayout(text).map { identity.isLocal($0, in: text) } ?? false }
        }
        for uri in [
            "sip:a@example.com", "sip:EXAMPLE.com", "sips:a@example.com:5060", "sip:10.0.0.1", "sip:x@10.0.0.1:5060",
        ] {
            #expect(isLocal(uri), "\(uri)")
        }
        for uri in ["sip:a@example.net", "sip:a@10.0.0.2", "sip:a@10.0.0.1:5070", "sip:a@example.com:9", "tel:+1"] {
            #expect(!isLocal(uri), "\(uri)")
        }
        #expect(identity.isTrusted(IPAddress("10.9.255.1")!))
        #expect(!identity.isTrusted(IPAddress("10.10.0.1")!))
        #expect(identity.isTrusted(IPAddress("2001:db8:1::1")!))
    }
}
