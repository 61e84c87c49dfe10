import SIPPolicy
import SIPTestKit
import Testing

@Suite("Loading a policy")
struct LoadTests {
    @Test(
        "a policy that cannot be used says file, line and why",
        arguments: [
            ("return 1", "policy.lua: a policy returns the table of its handlers; end it with 'return policy'"),
            ("local x = \n= 2", "policy.lua:2: unexpected symbol near '='"),
            ("local p = {}\np.x.y = 1\nreturn p", "policy.lua:2: attempt to index a nil value (field 'x')"),
            ("return { request = 5 }", "policy.lua: the handler 'request' is not a function"),
            ("return { http = function() end }", "policy.lua: the handler 'http' is not available yet"),
            ("return { call = function() end }", "policy.lua: the handler 'call' is not available yet"),
            ("return { stateless = 'yes' }", "policy.lua: 'stateless' is true or false"),
        ])
    func broken(text: String, message: String) {
        #expect(PolicyWorld.loadFailure(["policy.lua": text]) == message)
    }

    @Test("unknown handlers, modules and functions are named")
    func unknown() {
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "return { reqest = function() end }"])?
                .hasPrefix("policy.lua: there is no handler 'reqest'; handlers are registered, request,") == true)
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "require 'sip.http'"])?
                .contains("module 'sip.http' not found") == true)
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "require('sip').gateways{}"])
                == "policy.lua:1: sip has no field 'gateways'")
        #expect(PolicyWorld.loadFailure([:])?.contains("module 'policy' not found") == true)
    }

    @Test("files beside the policy are required, and equal files have equal hashes")
    func files() throws {
        let files = [
            "policy.lua": "local r = require 'lib.routes'\nreturn { request = r.go, stateless = true }",
            "lib/routes.lua": "return { go = function(req) req:reply(299) end }",
        ]
        let one = try PolicyGeneration.load(files: files, number: 3, environment: PolicyEnvironment())
        let two = try PolicyGeneration.load(files: files, number: 4, environment: PolicyEnvironment())
        #expect(one.handlers == ["request"])
        #expect(one.isStateless)
        #expect(one.number == 3)
        #expect(one.contentHash == two.contentHash)
        var changed = files
        changed["lib/routes.lua"]? += " "
        let three = try PolicyGeneration.load(files: changed, environment: PolicyEnvironment())
        #expect(three.contentHash != one.contentHash)
        let world = try PolicyWorld(files["policy.lua", default: ""] + "\n-- return policy", files: files)
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(exchange.status == 299)
    }

    @Test("actions and look-ups are for handlers, not for the top level")
    func topLevel() {
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "require('sip.registrar').lookup('sip:a@b')"])
                == "policy.lua:1: 'registrar.lookup' is not available in 'the top level of a file'")
    }

    @Test("a policy without request is a safe server: users call each other, strangers are not relayed")
    func withoutRequest() throws {
        let world = try PolicyWorld("local policy = {}\nreturn policy", users: ["alice": "alice", "bob": "bob"])
        let bob = world.registered("bob", "10.0.0.20")
        #expect(bob.receivedResponses("REGISTER").map(\.status) == [401, 200])
        let alice = world.phone("alice", "10.0.0.10") { $0.password = "alice" }
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        call.bye()
        world.advance(1)
        #expect(bob.calls.first?.isEnded == true)
        #expect(call.routes.count == 1)
        let stranger = world.phone("eve", "10.0.0.66") { $0.domain = "elsewhere.org" }
        let relayed = stranger.invite("sip:victim@192.0.2.1")
        let allowed = stranger.invite("sip:bob@example.com")
        let unknown = stranger.invite("sip:nobody@example.com")
        world.advance(3)
        #expect(relayed.final == 407)
        #expect(allowed.final == 200)
        #expect(unknown.final == 404)
        allowed.bye()
        world.expectNothingLeft()
    }

    @Test("a stateless policy gets CANCEL and ACK that match nothing, and forwards them (§16.11)")
    func stateless() throws {
        let world = try PolicyWorld(
            """
            local policy = { stateless = true }
            function policy.request(req) req:forward("sip:bob@10.0.0.20") end
            return policy
            """)
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .ringsOn
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.provisionals.contains(180))
        call.cancel()
        world.advance(2)
        #expect(bob.calls.first?.isCancelled == true)
        #expect(call.final == 487)
        #expect(world.liveRuns == 0)
    }

    @Test("stubs and reference name every module, class and option")
    func documentation() {
        let stubs = PolicyAPI.stubs()
        #expect(stubs.keys.sorted() == ["sip.lua", "sip/auth.lua", "sip/json.lua", "sip/registrar.lua", "types.lua"])
        #expect(stubs["types.lua"]?.contains("function request:relay(target, options) end") == true)
        let reference = PolicyAPI.reference()
        for name in ["record_route", "dead_after", "on_branch", "longest_prefix", "max_contacts", "in_dialog"] {
            #expect(reference.contains(name))
        }
    }
}
