import SIPAuthentication
import SIPSyntax
import SIPTransaction
import Testing

@testable import SIPUserAgent

@Suite("Registering with a scripted registrar")
struct RegistrationTests {
    let network = VirtualNetwork()

    /// Challenges with a nonce, then wants the right answer to it.
    private func registrar(nonce: @escaping () -> String = { "n1" }, seconds: Int = 100) -> ScriptedPeer {
        network.peer { peer, request in
            guard let value = request.value(of: .authorization), let credentials = DigestCredentials(value),
                credentials.nonce.raw.string == nonce()
            else {
                let isStale = request.has(.authorization) ? ", stale=true" : ""
                return peer.reply(
                    request, "401 Unauthorized",
                    ["MD5", "SHA-256"].map {
                        "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"\(nonce())\", algorithm=\($0), "
                            + "qop=\"auth\"\(isStale)"
                    })
            }
            let ha1 = HA1.compute(
                user: "alice", realm: "example.com", password: "secret", algorithm: credentials.algorithm)
            guard
                credentials.input(method: request.methodText, body: request.body).response(ha1: ha1)
                    == credentials.response
            else {
                return peer.reply(
                    request, "401 Unauthorized",
                    ["WWW-Authenticate: Digest realm=\"example.com\", nonce=\"\(nonce())\", qop=\"auth\""])
            }
            let contact = request.value(of: .contact)?.string ?? ""
            let isRemoval = contact.hasSuffix("expires=0")
            let bindings = isRemoval || contact.isEmpty ? [] : ["Contact: \(contact);expires=\(seconds)"]
            peer.reply(request, "200 OK", bindings)
        }
    }

    private func alice(_ registrar: ScriptedPeer, password: String? = "secret") -> VirtualAgent {
        network.agent("alice") {
            $0.password = password
            $0.outboundFlow = Flow(transport: .udp, listener: 0, remote: registrar.address)
        }
    }

    @Test("a 401 is answered with Digest, the strongest algorithm, and the next CSeq (§22.2, RFC 8760 §2.4)")
    func digest() {
        let server = registrar()
        let alice = alice(server)
        alice.perform { $0.keepRegistered(seconds: 300) }
        #expect(alice.events == ["registered for 100"])
        #expect(network.names == ["REGISTER", "401 REGISTER", "REGISTER", "200 REGISTER"])
        let credentials = server.received[1].value(of: .authorization)?.string ?? ""
        #expect(credentials.contains("algorithm=SHA-256"))
        #expect(server.received.map { $0.value(of: .cSeq)?.string } == ["1 REGISTER", "2 REGISTER"])
        #expect(server.received[0].requestURI.string == "sip:example.com")
    }

    @Test("the binding is renewed before it ends, with the same nonce and its next count (§10.2.4, §22.4)")
    func refresh() {
        let server = registrar()
        let alice = alice(server)
        alice.perform { $0.keepRegistered(seconds: 300) }
        network.advance(89)
        #expect(server.received.count == 2)
        network.advance(2)
        #expect(server.received.count == 3)
        let value = server.received[2].value(of: .authorization)?.string ?? ""
        #expect(value.contains("nc=00000002"))
        #expect(server.received[2].value(of: .cSeq)?.string == "3 REGISTER")
        #expect(server.received[2].value(of: .callID)?.string == server.received[0].value(of: .callID)?.string)
    }

    @Test("a nonce that has become stale is replaced (RFC 7616 §3.3)")
    func stale() {
        var nonce = "n1"
        let server = registrar(nonce: { nonce })
        let alice = alice(server)
        alice.perform { $0.keepRegistered(seconds: 300) }
        nonce = "n2"
        network.advance(91)
        #expect(alice.events == ["registered for 100", "registered for 100"])
    }

    @Test("a wrong password fails, and is not tried for ever (§22.1)")
    func wrongPassword() {
        let server = registrar()
        let alice = alice(server, password: "guess")
        alice.perform { $0.register(.bind([alice.contact], seconds: 60)) }
        #expect(alice.events == ["registration failed: authentication 401"])
        #expect(server.received.count == 2)
    }

    @Test("without a password a challenge fails at once")
    func noPassword() {
        let server = registrar()
        let alice = alice(server, password: nil)
        alice.perform { $0.register(.query) }
        #expect(alice.events == ["registration failed: authentication 401"])
        #expect(server.received.count == 1)
    }

    @Test("a server that calls every nonce stale is given up")
    func alwaysStale() {
        var count = 0
        let server = registrar(nonce: {
            count += 1
            return "n\(count)"
        })
        let alice = alice(server)
        alice.perform { $0.register(.query) }
        #expect(alice.events == ["registration failed: authentication 401"])
        #expect(server.received.count == 5)
    }

    @Test("unregistering removes the own contact alone, and stops the renewal (§10.2.2)")
    func unregister() {
        let server = registrar()
        let alice = alice(server)
        alice.perform { $0.keepRegistered(seconds: 300) }
        alice.perform { $0.unregister() }
        #expect(alice.events == ["registered for 100", "unregistered"])
        #expect(server.received.last?.value(of: .contact)?.string == "<\(alice.contact)>;expires=0")
        network.advance(200)
        #expect(server.received.count == 3)
        #expect(alice.isIdle)
    }

    @Test("423 is answered with the interval that the registrar asks for (§10.2.8)")
    func intervalTooBrief() {
        let server = network.peer { peer, request in
            guard request.value(of: .expires)?.string != "1800" else {
                return peer.reply(request, "200 OK", ["Contact: \(request.value(of: .contact)?.string ?? "")"])
            }
            peer.reply(request, "423 Interval Too Brief", ["Min-Expires: 1800"])
        }
        let alice = alice(server)
        alice.perform { $0.keepRegistered(seconds: 60) }
        #expect(alice.events == ["registered for 1800"])
    }

    @Test("a registrar that is away for a while is tried again")
    func outage() {
        let server = registrar()
        let alice = alice(server)
        var isAway = false
        network.isLost = { $0.to == server.address && isAway }
        alice.perform { $0.keepRegistered(seconds: 300) }
        isAway = true
        network.advance(125)
        #expect(alice.events.last == "registration failed: timeout")
        isAway = false
        network.advance(35)
        #expect(alice.events.last == "registered for 100")
    }

    @Test("a query lists the bindings, in whatever fields they stand (§10.2.3, §7.3.1)")
    func query() {
        let server = network.peer { peer, request in
            peer.reply(request, "200 OK", ["Contact: <sip:a@h>;q=1, \"x, y\" <sip:b@h>", "m: sip:c@h"])
        }
        let agent = alice(server)
        var bindings: [String] = []
        agent.userAgent.onEvent = { if case .registered(let registered) = $0 { bindings = registered.bindings } }
        agent.perform { $0.register(.query) }
        #expect(server.received[0].has(.contact) == false)
        #expect(bindings == ["<sip:a@h>;q=1", "\"x, y\" <sip:b@h>", "sip:c@h"])
    }
}
