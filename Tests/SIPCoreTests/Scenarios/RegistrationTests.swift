import SIPAuthentication
import SIPCore
import SIPRegistrar
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Registration through the server (§10, §22)")
struct RegistrationTests {
    /// Users `alice` and `bob` with the password `secret`; calls need no proof.
    private func guarded() -> PolicyScript {
        PolicyScript { request in
            if request.context.isInDialog { return request.relay() }
            guard request.method == "REGISTER" else { return request.fork(request.registeredTargets()) }
            let rules = AuthenticationRules()
            let shard = request.shard
            let result = shard.authenticate(request.context, rules) { user, realm, algorithm in
                HA1.compute(
                    user: String(decoding: user, as: UTF8.self), realm: String(decoding: realm, as: UTF8.self),
                    password: "secret", algorithm: algorithm)
            }
            switch result {
            case .accepted:
                _ = shard.saveRegistration(
                    request.context, owner: request.context.user, rules: RegistrationRules())
            case .challenge(let isStale): shard.challenge(request.context, rules, isStale: isStale)
            case .otherIdentity: request.reply(403)
            }
        }
    }

    @Test("401, then 200 with the Contact and its expiry; the password decides (§22.2)")
    func digest() {
        let world = World(guarded())
        let bob = world.phone("bob", "10.0.0.20") { $0.password = "secret" }
        let wrong = world.phone("alice", "10.0.0.21") { $0.password = "guess" }
        let good = bob.register(expires: 600)
        let bad = wrong.register()
        world.advance(1)
        #expect(good.status == 200)
        #expect(good.final?["Contact"]?.contains("expires=600") == true)
        #expect(good.final?["Date"] != nil)
        #expect(bad.status == 401)
        let call = world.phone("carol", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 200)
        world.expectNothingLeft()
    }

    @Test("a binding for somebody else's address-of-record is 403 (§10.3 step 4)")
    func otherUser() {
        let world = World(
            PolicyScript { request in
                _ = request.shard.saveRegistration(
                    request.context, owner: Array("mallory@example.com".utf8), rules: RegistrationRules())
            })
        let other = world.phone("bob", "10.0.0.20").register()
        let own = world.phone("mallory", "10.0.0.21").register()
        world.advance(1)
        #expect(other.status == 403)
        #expect(own.status == 200)
        world.expectNothingLeft()
    }

    @Test("a Contact at this server or a trusted peer is refused")
    func contactAtPeer() {
        let world = World(guarded()) { $0.trustedPeers = ["10.0.9.0/24"] }
        for contact in ["<sip:x@10.0.9.9>", "<sip:x@10.0.0.1>"] {
            let bob = world.phone("bob", "10.0.0.20") { $0.password = "secret" }
            let exchange = bob.register(contact: contact)
            world.advance(1)
            #expect(exchange.status == 403)
        }
        world.expectNothingLeft()
    }

    @Test("expires=0 removes the binding, and calls are answered 480 or 404 (§10.2.2)")
    func unregister() {
        let world = World()
        let bob = world.registered("bob", "10.0.0.20")
        bob.register(expires: 0)
        world.advance(1)
        #expect(bob.statusOfLast("REGISTER") == 200)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 404 || call.final == 480)
        #expect(bob.calls.isEmpty)
        world.expectNothingLeft()
    }

    @Test("a binding expires by itself (§10.3)")
    func expiry() {
        let world = World()
        let bob = world.phone("bob", "10.0.0.20")
        bob.register(expires: 60)
        world.advance(59)
        let alice = world.phone("alice", "10.0.0.10")
        let early = alice.invite("sip:bob@example.com")
        world.advance(2.5)
        #expect(early.final == 200)
        let late = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(late.final == 404 || late.final == 480)
        world.expectNothingLeft()
    }

    @Test("an interval too brief is 423 with Min-Expires (§10.3 step 7)")
    func tooBrief() {
        let world = World()
        let bob = world.phone("bob", "10.0.0.20")
        let exchange = bob.register(expires: 5)
        world.advance(1)
        #expect(exchange.status == 423)
        #expect(exchange.final?["Min-Expires"] == "60")
        world.expectNothingLeft()
    }

    @Test("a closed connection makes its binding unreachable at once")
    func closedConnection() {
        let world = World()
        let bob = world.registered("bob", "192.168.1.2") {
            $0.transport = .tcp
            $0.publicIP = "10.0.0.20"
        }
        #expect(bob.statusOfLast("REGISTER") == 200)
        for connection in world.network.openConnections(of: bob) { world.network.close(connection) }
        world.advance(1)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 480 || call.final == 404 || call.final == 408)
        world.expectNothingLeft()
    }
}
