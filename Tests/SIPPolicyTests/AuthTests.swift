import SIPAuthentication
import SIPPolicy
import SIPRegistrar
import SIPTestKit
import Testing

@Suite("auth and registrar")
struct AuthTests {
    private static let ha1 = String(
        decoding: HA1.compute(user: "alice", realm: "example.com", password: "alice", algorithm: .md5).hex,
        as: UTF8.self)
    private static let users = ["alice": "alice", "bob": "bob"]

    private func world(_ body: String) throws -> PolicyWorld { try PolicyWorld(body, users: Self.users) }

    @Test("require challenges with 407, takes the credentials out of what is relayed, and names the user (§22.3)")
    func require() throws {
        let world = try world(
            """
            local user = auth.require(req)
            if not user then return end
            sip.log.info(user .. " " .. req.user)
            if auth.require(req) ~= user then error("asked twice") end
            req:relay("sip:bob@10.0.0.20")
            """)
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10") { $0.password = "alice" }
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(alice.receivedResponses("INVITE").first { $0.status == 407 } != nil)
        #expect(bob.last("INVITE")?["Proxy-Authorization"] == nil)
        #expect(world.log.texts == ["alice@example.com alice@example.com"])
    }

    @Test("a From of somebody else is 403, unless identity is false", arguments: [(true, 403), (false, 204)])
    func identity(isChecked: Bool, expected: Int) throws {
        let world = try world(
            """
            req.headers:set("From", "<sip:bob@example.com>;tag=" .. req.from.tag)
            if auth.require(req, { identity = \(isChecked) }) then req:reply(204) end
            """)
        let call = world.phone("alice", "10.0.0.66") { $0.password = "alice" }.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == expected)
        if expected == 204 { call.bye() }
        world.expectNothingLeft()
    }

    @Test(
        "users may be a table or a function that waits; ha1 or password",
        arguments: [
            "{ alice = 'alice' }",
            "{ alice = { password = 'alice' } }",
            "function(name, realm) sip.sleep(1) if realm == 'example.com' then return { password = name } end end",
            "function() return { ha1 = '\(AuthTests.ha1)' } end, algorithms = { 'MD5' }",
        ])
    func sources(source: String) throws {
        let world = try PolicyWorld("if auth.require(req, { users = \(source) }) then req:reply(204) end")
        let alice = world.phone("alice", "10.0.0.10") { $0.password = "alice" }
        let call = alice.invite("sip:bob@example.com")
        world.advance(5)
        #expect(call.final == 204)
        #expect(world.log.errors.isEmpty)
    }

    @Test("a function that fails is the handler's error")
    func failingSource() throws {
        let world = try PolicyWorld("auth.require(req, { users = function() error('no database') end })")
        let call = world.phone("alice", "10.0.0.10") { $0.password = "alice" }.invite("sip:bob@example.com")
        world.advance(5)
        #expect(call.final == 500)
        #expect(world.log.errors.first?.contains("no database") == true)
        world.expectNothingLeft()
    }

    @Test("check says what is missing without an answer")
    func check() throws {
        let values = try PolicyWorld.values(
            "local user, err = auth.check(req) return user, err.kind, err.message", users: Self.users)
        #expect(values == ["nil", "missing", "credentials are missing"])
    }

    @Test("who was found to use another name stays refused when asked again")
    func refusedTwice() throws {
        let world = try world(
            """
            req.headers:set("From", "<sip:bob@example.com>;tag=" .. req.from.tag)
            local user, err = auth.check(req)
            if not user and err.kind == "identity" then
              sip.log.info(tostring(req.user))
              if auth.require(req) then req:reply(204) end
            else
              auth.require(req)
            end
            """)
        let call = world.phone("alice", "10.0.0.66") { $0.password = "alice" }.invite("sip:bob@example.com")
        world.advance(2)
        #expect(call.final == 403)
        #expect(world.log.texts == ["nil"])
    }

    @Test("registrar: somebody else's address is 403, and so is a Contact on this server or a trusted peer")
    func saveRules() throws {
        let world = try PolicyWorld(
            "sip.log.info(tostring(registrar.save(req, { user = 'bob@example.com' })))", users: Self.users
        ) { $0.trustedPeers = ["10.0.0.5"] }
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let own = bob.register()
        let other = alice.register()
        let server = bob.register(contact: "<sip:bob@10.0.0.1>")
        let trunk = bob.register(contact: "<sip:900@10.0.0.5>")
        world.advance(1)
        #expect([own, other, server, trunk].map(\.status) == [200, 403, 403, 403])
        #expect(world.log.texts.sorted() == ["false", "false", "false", "true"])
    }

    @Test("lookup gives contacts with their fields, or nil and why")
    func lookup() throws {
        let world = try PolicyWorld(
            """
            if req.method == "REGISTER" then return registrar.save(req) end
            local list = registrar.lookup(req.uri)
            local c = list[1]
            local none, err = registrar.lookup("sip:nobody@example.com")
            local gone = registrar.unregister("sip:bob@example.com")
            local _, later = registrar.lookup("sip:bob@example.com")
            sip.log.info(table.concat({ #list, tostring(c.uri), c.q, tostring(c.expires > 3000), tostring(c.path),
              tostring(c.source), tostring(c.aor), tostring(none), err.kind, gone, later.kind,
              tostring(registrar.is_registered("sip:bob@example.com")) }, " "))
            req:reply(200)
            """)
        _ = world.registered("bob", "10.0.0.20")
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(
            world.log.texts == [
                "1 sip:bob@10.0.0.20:5060 1.0 true nil udp:10.0.0.20:5060 sip:bob@example.com nil unknown 1 "
                    + "unregistered false"
            ])
    }

    @Test("registered and unregistered are told, with the binding")
    func events() throws {
        let world = try PolicyWorld(
            """
            local sip, registrar = require "sip", require "sip.registrar"
            local policy = {}
            function policy.request(req) registrar.save(req) end
            function policy.registered(b) sip.log.info("in " .. b.aor .. " " .. b.uri) end
            function policy.unregistered(b, why) sip.log.info("out " .. b.aor .. " " .. why) end
            return policy
            """)
        world.server.locations.recordsEvents = true
        let bob = world.registered("bob", "10.0.0.20")
        bob.register(expires: 0)
        world.advance(1)
        for event in world.server.locations.takeEvents() {
            world.server.perform(on: world.server.shards[0]) { world.runners[0].locationChanged(event) }
        }
        #expect(
            world.log.texts == ["in sip:bob@example.com sip:bob@10.0.0.20:5060", "out sip:bob@example.com requested"])
        world.expectNothingLeft()
    }
}
