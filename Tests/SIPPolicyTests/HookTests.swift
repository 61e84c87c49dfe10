import SIPPolicy
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("on_reply and on_branch")
struct HookTests {
    private func calls(_ options: String, after: String = "") throws -> PolicyWorld {
        try PolicyWorld(
            """
            if req.in_dialog or req.method == "ACK" then return req:relay() end
            req:record_route()
            req:fork({ "sip:bob@10.0.0.20" }, { \(options) })
            \(after)
            """)
    }

    @Test("on_reply sees each distinct response once, and its edits go upstream")
    func edits() throws {
        let world = try calls(
            """
            on_reply = function(res)
              sip.log.info(tostring(res.status))
              res.headers:set("X-Seen", tostring(res.status))
            end
            """)
        world.phone("bob", "10.0.0.20").behaviour = .answers(after: .seconds(Int64(1)))
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.finalResponse?["X-Seen"] == "200")
        #expect(alice.receivedResponses("INVITE").first { $0.status == 180 }?["X-Seen"] == "180")
        #expect(world.log.texts == ["180", "200"])
        call.bye()
        world.expectNothingLeft()
    }

    @Test("repeats of an edited 2xx are sent as it was edited")
    func repeats() throws {
        let world = try calls("on_reply = function(res) res.headers:set('X-Seen', '1') end")
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = PhoneBehaviour(rings: false, status: 200)
        // The first 2xx and the ACKs are lost on the caller's side.
        let alice = world.phone("alice", "10.0.0.10")
        world.network.setConditions(
            LinkConditions(loss: 0.6), between: alice.address.ip, and: world.server.ip)
        let call = alice.invite("sip:bob@example.com")
        world.advance(20)
        world.network.setConditions(LinkConditions(), between: alice.address.ip, and: world.server.ip)
        world.advance(15)
        #expect(call.final == 200)
        #expect(alice.receivedResponses("INVITE").filter { $0.status == 200 }.allSatisfy { $0["X-Seen"] == "1" })
    }

    @Test("a failure is shown when it is chosen, and not before")
    func chosenFailure() throws {
        let world = try calls(
            "on_reply = function(res) sip.log.info('hook ' .. res.status) res.headers:set('X-Seen', '1') end",
            after: "sip.log.info('after')")
        world.phone("bob", "10.0.0.20").behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 486)
        #expect(call.finalResponse?["X-Seen"] == "1")
        #expect(world.log.texts == ["after", "hook 486"])
        world.expectNothingLeft()
    }

    @Test("on_reply may wait; the response goes up when it has ended", arguments: [200, 486])
    func waits(status: Int) throws {
        let world = try calls("on_reply = function(res) sip.sleep(1) res.headers:set('X-Seen', '1') end")
        world.phone("bob", "10.0.0.20").behaviour = PhoneBehaviour(rings: false, status: status)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(0.5)
        #expect(call.final == nil)
        world.advance(2)
        #expect(call.final == status)
        #expect(call.finalResponse?["X-Seen"] == "1")
        if status == 200 { call.bye() }
        world.expectNothingLeft()
    }

    @Test(
        "one that waits for more than 2 s is ended: a 2xx goes up as received, a failure becomes 500",
        arguments: [
            (200, 200), (486, 500),
        ])
    func waitsTooLong(status: Int, expected: Int) throws {
        let world = try calls("on_reply = function(res) res.headers:set('X-Seen', '1') sip.sleep(10) end")
        world.phone("bob", "10.0.0.20").behaviour = PhoneBehaviour(rings: false, status: status)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(4)
        #expect(call.final == expected)
        #expect(call.finalResponse?["X-Seen"] == nil)
        #expect(world.counters.errors == 1)
        if status == 200 { call.bye() }
        world.expectNothingLeft()
    }

    @Test(
        "one that fails: a 1xx or 2xx goes up as received, a failure becomes 500", arguments: [(200, 200), (486, 500)])
    func fails(status: Int, expected: Int) throws {
        let world = try calls("on_reply = function(res) res.headers:set('X-Seen', '1') error('broken') end")
        world.phone("bob", "10.0.0.20").behaviour = PhoneBehaviour(rings: true, status: status)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.provisionals == [180])
        #expect(call.final == expected)
        #expect(call.finalResponse?["X-Seen"] == nil)
        #expect(world.log.errors.first?.contains("broken") == true)
        if status == 200 { call.bye() }
        world.expectNothingLeft()
    }

    @Test("on_branch edits one outgoing copy; it cannot wait, and no action is possible")
    func branch() throws {
        let world = try calls(
            """
            on_branch = function(branch)
              branch.headers:set("X-Branch", branch.uri.user)
              branch.uri = "sip:bob2@10.0.0.20"
              sip.log.info(tostring(select(2, pcall(sip.sleep, 1))))
              sip.log.info(tostring(select(2, pcall(req.reply, req, 200))))
            end
            """, after: "sip.log.info(tostring(req.headers['X-Branch']))")
        let bob = world.phone("bob", "10.0.0.20")
        bob.behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 486)
        #expect(bob.last("INVITE")?["X-Branch"] == "bob")
        #expect(bob.last("INVITE")?.uri == "sip:bob2@10.0.0.20")
        #expect(
            world.log.texts == [
                "'sip.sleep' is not available in 'on_branch'", "'reply' is not available in 'on_branch'", "nil",
            ])
        world.expectNothingLeft()
    }

    @Test("an action in on_reply says where it is not available")
    func actionInHook() throws {
        let world = try calls("on_reply = function(res) req:reply(200) end")
        world.phone("bob", "10.0.0.20").behaviour = .rejects(486)
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 500)
        #expect(world.log.errors.first?.hasSuffix("'reply' is not available in 'on_reply'") == true)
    }
}
