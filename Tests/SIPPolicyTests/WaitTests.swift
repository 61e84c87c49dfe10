import SIPPolicy
import SIPTestKit
import Testing

@Suite("Waiting, parallel work and repeats")
struct WaitTests {
    @Test("sleep waits in place, by the shard's clock; pcall works across it")
    func sleep() throws {
        let values = try PolicyWorld.values(
            """
            local before = sip.time()
            local ok, why = pcall(function() sip.sleep(3) error("later") end)
            return sip.time() - before, ok, why
            """)
        #expect(values == ["3", "false", "policy.lua:6: later"])
    }

    @Test("all runs functions beside each other and gives their first results in order")
    func all() throws {
        let values = try PolicyWorld.values(
            """
            local before = sip.time()
            local a, b, c = sip.all{ function() sip.sleep(2) return "a" end, function() return "b" end,
              function() sip.sleep(1) end }
            return a, b, c, sip.time() - before
            """)
        #expect(values == ["a", "b", "nil", "2"])
    }

    @Test("an error in one of all ends the others and is raised")
    func allFails() throws {
        let values = try PolicyWorld.values(
            """
            local log = {}
            local ok, why = pcall(sip.all, { function() sip.sleep(5) log[1] = "never" end,
              function() sip.sleep(1) error("broken", 0) end })
            sip.sleep(10)
            return ok, why, #log
            """)
        #expect(values == ["false", "broken", "0"])
    }

    @Test("all within all")
    func nested() throws {
        let values = try PolicyWorld.values(
            """
            return sip.all{
              function() return (sip.all{ function() sip.sleep(1) return 1 end }) end,
              function() return 2 end,
            }
            """)
        #expect(values == ["1", "2"])
    }

    @Test("spawn starts when the handler lets go, and outlives it")
    func spawn() throws {
        let world = try PolicyWorld(
            """
            sip.spawn(function() sip.log.info("one") sip.sleep(2) sip.log.info("two " .. req.method) end)
            sip.log.info("zero")
            req:reply(200)
            """)
        world.phone("alice", "10.0.0.10").request("MESSAGE", "sip:bob@example.com")
        world.advance(1)
        #expect(world.log.texts == ["zero", "one"])
        world.advance(2)
        #expect(world.log.texts == ["zero", "one", "two MESSAGE"])
        #expect(world.log.entries.allSatisfy { $0.callID?.hasSuffix("@alice") == true })
        world.expectNothingLeft()
    }

    @Test("every runs on one shard, at its interval, and not over itself")
    func every() throws {
        let world = try PolicyWorld(
            """
            local sip = require "sip"
            local policy = {}
            local slow = 0
            sip.every(10, function() sip.log.info("tick") end)
            sip.every(1, function() slow = slow + 1 sip.log.debug("slow " .. slow) sip.sleep(2.5) end)
            return policy
            """)
        world.advance(30.5)
        #expect(world.log.texts.filter { $0 == "tick" }.count == 3)
        #expect(world.log.texts.filter { $0.hasPrefix("slow") }.count == 10)
        world.server.perform(on: world.server.shards[0]) { world.runners[0].retire() }
        world.advance(30)
        #expect(world.log.texts.filter { $0 == "tick" }.count == 3)
        world.expectNothingLeft()
    }

    @Test("a retired generation's loops are ended after 60 s")
    func retired() throws {
        let world = try PolicyWorld(
            """
            local sip = require "sip"
            local policy = {}
            function policy.startup()
              sip.spawn(function() while true do sip.sleep(7) end end)
              sip.spawn(function() while not sip.retired do sip.sleep(7) end sip.log.info("bye") end)
            end
            return policy
            """)
        world.advance(10)
        #expect(world.liveRuns == 1)
        world.server.perform(on: world.server.shards[0]) { world.runners[0].retire() }
        world.advance(10)
        #expect(world.log.texts == ["bye"])
        #expect(world.liveRuns == 1)
        world.advance(51)
        #expect(world.liveRuns == 0)
        #expect(world.server.timerCount == 0)
    }

    @Test("startup and shutdown run once, and may wait")
    func startup() throws {
        let world = try PolicyWorld(
            """
            local sip = require "sip"
            local policy = {}
            function policy.startup() sip.sleep(1) sip.log.info("up " .. tostring(sip.retired)) end
            function policy.shutdown() sip.log.info("down") end
            return policy
            """)
        world.advance(2)
        for (shard, runner) in zip(world.server.shards, world.runners) {
            world.server.perform(on: shard) { runner.shutdown() }
        }
        #expect(world.log.texts == ["up false", "down"])
        world.expectNothingLeft()
    }

    @Test("where waiting is impossible the call raises and says so")
    func impossible() throws {
        let body = "table.sort({ 2, 1 }, function(a, b) sip.sleep(1) return a < b end)"
        #expect(try PolicyWorld.failure(body)?.contains("'sip.sleep' cannot wait here") == true)
        #expect(
            PolicyWorld.loadFailure(["policy.lua": "require('sip').sleep(1)"])
                == "policy.lua:1: 'sip.sleep' is not available in 'the top level of a file'")
    }

    @Test("a request of our own, with an answer to its challenge (§22.2)")
    func ownRequest() throws {
        let world = try PolicyWorld(
            """
            if req.method == "OPTIONS" then
              if auth.require(req, { users = { moonwire = "secret" }, identity = false }) then
                req:reply(200, "Fine", { headers = { ["X-Body"] = req.body or "none" } })
              end
              return
            end
            local res, err = sip.request{ method = "OPTIONS", uri = "sip:x@10.0.0.1",
              auth = { user = "moonwire", password = "secret" },
              headers = { Subject = "s" }, body = "b", type = "text/plain" }
            local silent, why = sip.request{ method = "MESSAGE", uri = "sip:x@10.0.0.99", timeout = 5 }
            local lost, reason = sip.request{ method = "MESSAGE", uri = "sips:x@10.0.0.99" }
            sip.log.info(table.concat({ res.status, res.reason, res.headers["X-Body"], tostring(silent), why.kind,
              tostring(lost), reason.kind }, " "))
            req:reply(200)
            """)
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", "sip:bob@example.com")
        world.advance(20)
        #expect(world.log.texts == ["200 Fine b nil timeout nil unreachable"])
        #expect(exchange.status == 200)
        world.expectNothingLeft()
    }
}
