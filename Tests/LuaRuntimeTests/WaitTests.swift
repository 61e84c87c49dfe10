import LuaRuntime
import Testing

@Suite("handlers wait in place")
struct WaitTests {
    @Test("what the host resumes with is what the function returns")
    func results() throws {
        let harness = try PolicyHarness("local a, b = req:relay() return a, b, req:relay()")
        let progress = harness.run()
        guard case .waiting(let thread, let token) = progress else {
            Issue.record("did not wait")
            return
        }
        #expect(token == PolicyHarness.relayToken)
        #expect(harness.resume(thread, .integer(1), .string("x"))?.waiting == thread)
        #expect(harness.resume(thread, .boolean(true))?.isFinished == true)
        #expect(harness.results == [.integer(1), .string("x"), .boolean(true)])
        #expect(!thread.isAlive)
        #expect(harness.resume(thread) == nil)
    }

    @Test("pcall and xpcall hold across a wait", arguments: ["pcall(f)", "xpcall(f, function(m) return m end)"])
    func protected(call: String) throws {
        let harness = try PolicyHarness("local function f() req:relay() error('late', 0) end return \(call)")
        let thread = try #require(harness.run().waiting)
        #expect(harness.resume(thread)?.isFinished == true)
        #expect(harness.results == [.boolean(false), .string("late")])
    }

    @Test("the host can make the wait end in an error, which pcall catches")
    func raising() throws {
        let harness = try PolicyHarness("return pcall(function()\n  req:relay()\nend)")
        let thread = try #require(harness.run().waiting)
        #expect(harness.resume(thread, raising: "retired")?.isFinished == true)
        #expect(harness.results == [.boolean(false), .string("policy.lua:3: retired")])
    }

    @Test(
        "a policy's own coroutine may wait, and still yields to its own caller",
        arguments: [
            "local gen = coroutine.wrap(function() coroutine.yield(1) local v = req:relay() coroutine.yield(v) end)"
                + " local a, b = gen(), gen() return a, b",
            "local co = coroutine.create(function() coroutine.yield(1) local v = req:relay() coroutine.yield(v) end)"
                + " local _, a = coroutine.resume(co) local _, b = coroutine.resume(co) return a, b",
            "local out = {} for v in coroutine.wrap(function() coroutine.yield(1)"
                + " coroutine.wrap(function() coroutine.yield((req:relay())) end)() coroutine.yield(2) end)"
                + " do out[#out + 1] = v end return out[1], out[2]",
        ])
    func ownCoroutine(body: String) throws {
        let harness = try PolicyHarness(body)
        let thread = try #require(harness.run().waiting)
        #expect(harness.resume(thread, .integer(2))?.isFinished == true)
        #expect(harness.results == [.integer(1), .integer(2)])
    }

    @Test("an error after a wait in a policy's coroutine reaches its caller")
    func ownCoroutineFails() throws {
        let harness = try PolicyHarness(
            """
            local co = coroutine.create(function() req:relay() error('x', 0) end)
            return coroutine.resume(co)
            """)
        let thread = try #require(harness.run().waiting)
        #expect(harness.resume(thread)?.isFinished == true)
        #expect(harness.results == [.boolean(false), .string("x")])
    }

    @Test("a waiting coroutine and a handler can be neither resumed nor closed by others")
    func strangers() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": """
            local co, handler
            return {
                first = function(req)
                    handler = coroutine.running()
                    co = coroutine.create(function() return req:relay() end)
                    return coroutine.resume(co)
                end,
                second = function()
                    return coroutine.resume(co), (coroutine.resume(handler)), (pcall(coroutine.close, co)),
                        (pcall(coroutine.close, handler)), (pcall(coroutine.wrap(function() coroutine.yield(1) end)))
                end,
            }
            """
        ])
        let thread = try #require(harness.run("first").waiting)
        #expect(harness.run("second").isFinished)
        #expect(
            harness.results == [.boolean(false), .boolean(false), .boolean(false), .boolean(false), .boolean(true)])
        #expect(harness.resume(thread, .integer(5))?.isFinished == true)
        #expect(harness.results == [.boolean(true), .integer(5)])
    }

    @Test(
        "where waiting is impossible the call raises and says so",
        arguments: [
            "table.sort({ 2, 1 }, function() req:relay() end)",
            "string.gsub('x', 'x', function() req:relay() end)",
            "tostring(setmetatable({}, { __tostring = function() req:relay() end }))",
            "table.sort({ 2, 1 }, coroutine.wrap(function() req:relay() end))",
            "local x = coroutine.create(function() local y <close> = setmetatable({}, { __close = function() req:relay() end })"
                + " coroutine.yield() end) coroutine.resume(x) local ok, why = coroutine.close(x) error(why, 0)",
        ])
    func impossible(body: String) throws {
        let failure = try #require(PolicyHarness.failure(of: body))
        #expect(failure.message.contains("'relay' cannot wait here"))
    }

    @Test("a yield outside of a policy's own coroutine raises")
    func strayYield() {
        #expect(
            PolicyHarness.failure(of: "coroutine.yield(1)")?.message
                == "policy.lua:2: attempt to yield from outside a coroutine")
    }

    @Test("a metamethod and an iterator may wait")
    func metamethods() throws {
        let harness = try PolicyHarness(
            """
            local t = setmetatable({}, { __index = function(_, k) return req:relay(k) end })
            local sum = t.x
            for v in function(_, last) return not last and req:relay() or nil end do sum = sum + v end
            return sum
            """)
        let thread = try #require(harness.run().waiting)
        #expect(harness.resume(thread, .integer(40))?.waiting == thread)
        #expect(harness.resume(thread, .integer(2))?.isFinished == true)
        #expect(harness.results == [.integer(42)])
    }

    @Test("a forced end closes variables and runs nothing else, pcall or not")
    func forcedEnd() throws {
        let harness = try PolicyHarness(
            """
            local log = require('sip').log
            local x <close> = setmetatable({}, { __close = function() log.info('closed') end })
            while true do pcall(req.relay, req) log.info('again') end
            """)
        let thread = try #require(harness.run().waiting)
        harness.state.end(thread)
        #expect(harness.host.log == ["relay 0.0 -", "closed"])
        #expect(!thread.isAlive && harness.state.liveHandlers == 0)
        harness.state.end(thread)
    }

    @Test("closing variables at a forced end is bounded")
    func forcedEndLoops() throws {
        let harness = try PolicyHarness(
            """
            local x <close> = setmetatable({}, { __close = function() while true do pcall(error) end end })
            req:relay()
            """)
        let thread = try #require(harness.run().waiting)
        harness.state.end(thread)
        #expect(!thread.isAlive)
    }

    @Test("the budget is for the handler as a whole, not for each stretch")
    func budgetAcrossWaits() throws {
        let harness = try PolicyHarness("for i = 1, 100 do for j = 1, 10000 do end req:relay() end")
        var progress = harness.run(budget: LuaBudget(instructions: 200_000))
        var waits = 0
        while let thread = progress.waiting, let next = harness.resume(thread) {
            waits += 1
            progress = next
        }
        #expect(progress.failure?.kind == .instructions)
        #expect(waits > 5 && waits < 25)
    }

    @Test("a handler runs inside another's call, each with its own budget")
    func nested() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": """
            return {
                outer = function(req) req:nested() return 'outer goes on' end,
                inner = function(req) while true do end end,
            }
            """
        ])
        var inner: LuaFailure?
        harness.host.nested = { [unowned harness] _ in
            inner = harness.run("inner", budget: LuaBudget(instructions: 50_000)).failure
            return .nothing
        }
        #expect(harness.run("outer").isFinished)
        #expect(inner?.kind == .instructions)
        #expect(harness.results == [.string("outer goes on")])
    }

    @Test("a coroutine is used again after a normal end and after a wait, not after a failure")
    func pooling() throws {
        let harness = try PolicyHarness(
            "if req.slot == 1 then req:relay() elseif req.slot == 2 then error('x') end return req.slot")
        #expect(harness.run(slot: 0).isFinished)
        #expect(harness.state.idleCoroutines == 1)
        let thread = try #require(harness.run(slot: 1).waiting)
        #expect(harness.state.idleCoroutines == 0)
        #expect(harness.resume(thread)?.isFinished == true)
        #expect(harness.results == [.integer(1)])
        #expect(harness.state.idleCoroutines == 1)
        #expect(harness.run(slot: 2).failure != nil)
        #expect(harness.state.idleCoroutines == 0)
        #expect(harness.run(slot: 0).isFinished)
        #expect(harness.results == [.integer(0)])
    }
}
