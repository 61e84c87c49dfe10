import LuaRuntime
import Testing

@Suite("a handler cannot outlive its budget")
struct EscapeTests {
    private static let small = LuaBudget(instructions: 200_000, cpuNanoseconds: 3_000_000_000)

    @Test(
        "a handler is stopped by its instruction budget",
        arguments: [
            "while true do end",
            "while true do pcall(function() while true do end end) end",
            "xpcall(function() while true do end end, function() while true do end end)",
            "coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()",
            "while true do local co = coroutine.create(function() for i = 1, 100 do end end) coroutine.resume(co) end",
            "return string.find(('a'):rep(26), ('a?'):rep(26) .. ('a'):rep(26))",
            "return string.match(('a'):rep(30) .. 'b', '(.-)(.-)(.-)(.-)(.-)(.-)(.-)(.-)c')",
            "for w in string.gmatch(('a'):rep(3000), '.-.-.-x') do end",
            "return string.gsub(('a'):rep(3000), '.-.-.-x', '')",
            "return table.move({}, 1, 1e8, 2)",
            "return table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1e9)",
            "local t = {} for i = 1, 10000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end",
            "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
            "local t = setmetatable({}, { __index = function(t, k) while true do end end }) return t.x",
            "return tostring(setmetatable({}, { __tostring = function() while true do end end }))",
            "table.sort({ 3, 2, 1 }, function() while true do end end)",
            "return load(function() while true do end end)",
            "local s = ('x'):rep(1000000) while true do s:reverse() end",
            "return string.rep('', 1e9), (function() while true do end end)()",
            "require('sip').work(1000000000) while true do end",
            "::a:: goto a",
            "local function f() return pcall(f) end while true do f() end",
        ])
    func instructions(body: String) {
        #expect(PolicyHarness.failure(of: body, budget: Self.small)?.kind == .instructions)
    }

    @Test("an endless handler is stopped by CPU time too, however it hides")
    func cpu() {
        let budget = LuaBudget(instructions: .max / 4, cpuNanoseconds: 5_000_000)
        #expect(PolicyHarness.failure(of: "while true do end", budget: budget)?.kind == .cpu)
        let wrapped = "while true do pcall(coroutine.wrap(function() while true do end end)) end"
        #expect(PolicyHarness.failure(of: wrapped, budget: budget)?.kind == .cpu)
    }

    @Test("a stretch without a wait is bounded by the wall clock when asked")
    func wall() {
        let budget = LuaBudget(instructions: .max / 4, cpuNanoseconds: .max / 4, wallNanoseconds: 10_000_000)
        #expect(PolicyHarness.failure(of: "while true do end", budget: budget)?.kind == .deadline)
    }

    @Test("the failure says where, and has the calls that led there")
    func place() throws {
        let failure = try #require(PolicyHarness.failure(of: "\n\nwhile true do end", budget: Self.small))
        #expect(failure.message == "policy.lua:4: instruction budget exceeded")
        #expect(failure.traceback.contains("policy.lua:4: in function"))
    }

    @Test("string.rep of nothing returns at once, and of too much is refused")
    func rep() {
        #expect(PolicyHarness.result(of: "return #string.rep('', 1e9)") == [.integer(0)])
        #expect(
            PolicyHarness.result(of: "return ('ab'):rep(3, ','), ('x'):rep(0), ('x'):rep(-1), ('x'):rep(1)")
                == [.string("ab,ab,ab"), .string(""), .string(""), .string("x")])
        #expect(
            PolicyHarness.failure(of: "return ('x'):rep(1 << 62)")?.message.hasSuffix("resulting string too large")
                == true)
    }

    @Test("a length that a metatable pretends is not believed")
    func pretendedLength() {
        for call in [
            "table.insert(t, 1, 0)", "table.remove(t, 1)", "table.sort(t, rawequal)", "table.concat(t)",
            "table.unpack(t)",
        ] {
            let body = "local t = setmetatable({}, { __len = function() return 1 << 40 end }) return \(call)"
            #expect(PolicyHarness.failure(of: body)?.message.contains("takes no table with __len") == true, "\(call)")
        }
    }

    @Test("a finaliser cannot be set, and cannot be added later to any effect")
    func finaliser() throws {
        #expect(
            PolicyHarness.failure(of: "setmetatable({}, { __gc = function() end })")?.message.contains("__gc") == true)
        let harness = try PolicyHarness(
            """
            local mt = {} setmetatable({}, mt) mt.__gc = function() while true do end end
            """)
        #expect(harness.run().isFinished)
        harness.state.collectGarbage()
    }

    @Test("after one handler was stopped others run as before")
    func afterwards() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": """
            local co = coroutine.wrap(function() while true do coroutine.yield(1) end end)
            return {
                bad = function() co() while true do end end,
                good = function() local n = 0 for i = 1, 5000 do n = n + co() end return n end,
            }
            """
        ])
        #expect(harness.run("bad", budget: Self.small).failure?.kind == .instructions)
        #expect(harness.run("good").isFinished)
        #expect(harness.results == [.integer(5000)])
    }

    @Test("a coroutine that was stopped cannot be run or closed by a later handler")
    func stoppedCoroutine() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": """
            local co = coroutine.create(function()
                local x <close> = setmetatable({}, { __close = function() while true do end end })
                while true do end
            end)
            return {
                bad = function() coroutine.resume(co) end,
                close = function() return pcall(coroutine.close, co) end,
                resume = function() return coroutine.resume(co) end,
            }
            """
        ])
        #expect(harness.run("bad", budget: Self.small).failure?.kind == .instructions)
        #expect(harness.run("close").isFinished)
        #expect(harness.results.first == .boolean(false))
        #expect(harness.run("resume").isFinished)
        #expect(harness.results.first == .boolean(false))
    }

    @Test("work in Swift is charged")
    func swiftWork() {
        let body = "require('sip').work(300000)"
        #expect(PolicyHarness.failure(of: body, budget: Self.small)?.kind == .instructions)
        #expect(PolicyHarness.result(of: body) != nil)
    }
}
