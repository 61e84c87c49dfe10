import SIPPolicy
import SIPTestKit
import Testing

@Suite("How a handler ends")
struct EndingTests {
    private func status(_ body: String, method: String = "MESSAGE") throws -> (Int?, PolicyWorld) {
        let world = try PolicyWorld(body)
        let alice = world.phone("alice", "10.0.0.10")
        if method == "INVITE" {
            let call = alice.invite("sip:bob@example.com")
            world.advance(40)
            return (call.final, world)
        }
        let exchange = alice.request(method, "sip:bob@example.com")
        world.advance(40)
        return (exchange.status, world)
    }

    @Test("a final reply is what the caller gets, with its fields and body")
    func reply() throws {
        let world = try PolicyWorld(
            """
            req:reply(486, "Not Now", { headers = { ["X-A"] = { "1", "2" }, ["Retry-After"] = 5 },
              body = "b", type = "text/x" })
            """)
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        let response = try #require(exchange.final)
        #expect(response.status == 486)
        #expect(response.reason == "Not Now")
        #expect(response.all("X-A") == ["1", "2"])
        #expect(response["Retry-After"] == "5")
        #expect(response["Content-Type"] == "text/x")
        #expect(response.body == "b")
        world.expectNothingLeft()
    }

    @Test("a redirect lists its targets with q (§8.3)")
    func redirect() throws {
        let world = try PolicyWorld("req:redirect({ 'sip:a@x', { uri = 'sip:b@y', q = 0.5 } }, { status = 301 })")
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(exchange.final?.status == 301)
        #expect(exchange.final?.all("Contact") == ["<sip:a@x>", "<sip:b@y>;q=0.500"])
    }

    @Test("no decision is 500, logged and counted; so is a 1xx alone", arguments: ["", "req:reply(180)"])
    func noDecision(body: String) throws {
        let (status, world) = try status(body, method: "INVITE")
        #expect(status == 500)
        #expect(world.counters.noDecision == 1)
        #expect(world.log.entries.contains { $0.level == .warning && $0.callID != nil })
        world.expectNothingLeft()
    }

    @Test("an error is 500, logged with its traceback and the Call-ID, and counted")
    func error() throws {
        let (status, world) = try status("local x = nil\nreturn x.y", method: "INVITE")
        #expect(status == 500)
        #expect(world.counters.errors == 1)
        let entry = try #require(world.log.entries.first { $0.level == .error })
        #expect(entry.text.hasPrefix("policy.lua:6: attempt to index a nil value"))
        #expect(entry.callID?.hasSuffix("@alice") == true)
        #expect(entry.fields.contains { $0.name == "traceback" && $0.value.contains("policy.lua:6") })
        world.expectNothingLeft()
    }

    @Test("an endless loop is stopped by its budget: 500 for its own request alone")
    func endlessLoop() throws {
        var budget = PolicyBudget()
        budget.instructions = 100_000
        let world = try PolicyWorld(
            "if req.method == 'INFO' then while true do end end\nreq:reply(200)", budget: budget)
        let alice = world.phone("alice", "10.0.0.10")
        let bad = alice.request("INFO", "sip:bob@example.com")
        let good = alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(bad.status == 500)
        #expect(good.status == 200)
        #expect(world.counters.overBudget == 1)
    }

    @Test(
        "acting after the own final reply raises and names the line; the reply stands",
        arguments: [
            "req:reply(200)", "req:relay('sip:x@10.0.0.9')", "req:redirect('sip:x@y')", "req:drop()", "req:forward()",
            "auth.require(req)",
        ])
    func doubleAction(second: String) throws {
        let (status, world) = try status("req:reply(403)\n" + second)
        #expect(status == 403)
        #expect(world.log.errors == ["policy.lua:6: request was finished at policy.lua:5"])
        #expect(world.counters.errors == 1)
        world.expectNothingLeft()
    }

    @Test("a dropped request gets no answer, and its repeats are absorbed")
    func drop() throws {
        let world = try PolicyWorld("req:drop()")
        let exchange = world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(20)
        #expect(exchange.responses.isEmpty)
        #expect(world.counters.runs == 1)
        #expect(world.server.total(\.retransmissionsAbsorbed) > 3)
        world.expectNothingLeft(after: 60)
    }

    @Test("an ACK is relayed and nothing is waited for; no error ever answers it")
    func ack() throws {
        let world = try PolicyWorld(
            """
            if req.method == "ACK" then
              local outcome = req:relay()
              if outcome.status == 486 then error("no") end
              error("an error in an ACK")
            end
            if req.in_dialog then return req:relay() end
            req:record_route()
            req:relay("sip:bob@10.0.0.20")
            """)
        let bob = world.phone("bob", "10.0.0.20")
        let call = world.phone("alice", "10.0.0.10").invite("sip:bob@example.com")
        world.advance(3)
        #expect(call.final == 200)
        #expect(bob.calls.first?.ackCount == 1)
        #expect(world.log.errors == ["policy.lua:8: an error in an ACK"])
        call.bye()
        world.expectNothingLeft(after: 40)
    }

    @Test("a 2xx of the policy makes a minimal dialog: repeats until the ACK, BYE 200, the rest 481 (§13.3.1.4)")
    func ownDialog() throws {
        let world = try PolicyWorld("req:reply(200)")
        let alice = world.phone("alice", "10.0.0.10")
        let call = alice.invite("sip:bob@example.com")
        world.advance(1)
        #expect(call.final == 200)
        call.request("INFO")
        world.advance(1)
        #expect(call.statuses["INFO"] == 481)
        call.bye()
        world.advance(1)
        #expect(call.isEnded)
        #expect(world.counters.runs == 1)
        world.expectNothingLeft()
    }

    @Test("a spawned function may read the request for as long as it runs")
    func stale() throws {
        let world = try PolicyWorld(
            """
            sip.spawn(function() sip.sleep(100) return req.method end)
            req:reply(200)
            """)
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(200)
        #expect(world.log.errors.isEmpty)
        world.expectNothingLeft()
    }
}
