import LuaRuntime
import Testing

@Suite("memory is bounded for each handler and for the state")
struct MemoryTests {
    @Test(
        "a handler that hoards is stopped",
        arguments: [
            "local t = {} while true do t[#t + 1] = {} end",
            "local s = 'x' while true do s = s .. s end",
            "local t = {} while true do pcall(function() while true do t[#t + 1] = ('x'):rep(1000) .. #t end end) end",
            "return ('x'):rep(100000000)",
            "local function f() return 1 + f() end return f()",
            "return string.pack('c1000000000', '')",
            "return table.concat(setmetatable({}, { __index = function() return ('x'):rep(100000) end }), '', 1, 10000)",
            "local t = {} while true do t[#t + 1] = coroutine.create(function() end) end",
            "return table.unpack({}, 1, 900000)",
            "local t = {} while true do t[#t + 1] = require('sip').fill(100000) .. #t end",
            "return require('sip').fill(100000000)",
        ])
    func hoarding(body: String) throws {
        let budget = LuaBudget(instructions: .max / 4, cpuNanoseconds: 20_000_000_000)
        let failure = try #require(PolicyHarness.failure(of: body, budget: budget))
        #expect(failure.kind == .memory)
        #expect(failure.message.hasSuffix("memory budget exceeded"))
    }

    @Test("endless recursion through C functions is an ordinary error")
    func nativeRecursion() {
        let body =
            "local function f() return table.concat({ tostring(setmetatable({}, { __tostring = f })) }) end return f()"
        #expect(PolicyHarness.failure(of: body)?.kind == .error)
        let nested = "local function f() return coroutine.wrap(f)() end return f()"
        #expect(PolicyHarness.failure(of: nested)?.message.contains("C stack overflow") == true)
    }

    @Test("garbage is no hoard: much may be made as long as little is kept")
    func garbage() throws {
        let body = "local n = 0 for i = 1, 20000 do local s = ('x'):rep(2000) .. i n = n + #s end return n > 0"
        let harness = try PolicyHarness(body)
        #expect(harness.run(budget: LuaBudget(cpuNanoseconds: 60_000_000_000)).isFinished)
        #expect(harness.results == [.boolean(true)])
    }

    @Test("what a stopped handler held is free again")
    func release() throws {
        let harness = try PolicyHarness("local t = {} while true do t[#t + 1] = {} end")
        harness.state.collectGarbage()
        let before = harness.state.memoryInUse
        for _ in 0..<5 { #expect(harness.run().failure?.kind == .memory) }
        harness.state.collectGarbage()
        #expect(harness.state.memoryInUse < before + 4096)
    }

    @Test("the state's limit holds for what handlers leave behind together")
    func stateLimit() throws {
        let harness = try PolicyHarness(
            "kept = kept or {} for i = 1, 1000 do kept[#kept + 1] = {} end", memoryLimit: 1 << 20)
        var failure: LuaFailure?
        for _ in 0..<100 where failure == nil { failure = harness.run().failure }
        #expect(failure?.kind == .memory)
        #expect(harness.state.memoryInUse < 3 << 20)
    }

    @Test("100,000 handlers, waiting ones among them, leave nothing behind")
    func steady() throws {
        let harness = try PolicyHarness(
            "local t = { req.name, tostring(req) } if req.slot == 1 then req:relay() end return #t")
        func rounds(_ count: Int) {
            for round in 0..<count {
                let progress = harness.run(slot: UInt32(round & 1))
                if let thread = progress.waiting { _ = harness.resume(thread) }
            }
            harness.state.collectGarbage()
        }
        rounds(1000)
        let before = harness.state.memoryInUse
        rounds(100_000)
        #expect(harness.state.memoryInUse <= before + 1024)
        #expect(harness.state.liveHandlers == 0)
        #expect(harness.state.idleCoroutines <= 2)
    }

    @Test("a waiting handler takes at most 1.4 KB")
    func waiting() throws {
        let harness = try PolicyHarness("local a, b = req.name, req.slot req:relay() return a, b")
        harness.state.collectGarbage()
        let before = harness.state.memoryInUse
        let threads = (0..<1000).compactMap { _ in harness.run().waiting }
        harness.state.collectGarbage()
        #expect(threads.count == 1000)
        #expect((harness.state.memoryInUse - before) / 1000 <= 1400)
        for thread in threads { #expect(harness.resume(thread)?.isFinished == true) }
    }
}
