import LuaRuntime
import Testing

@Suite("a policy sees what is allowed and nothing else")
struct SandboxTests {
    @Test("the globals are exactly these")
    func globals() {
        let body = "local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')"
        #expect(
            PolicyHarness.result(of: body) == [
                .string(
                    "_G _VERSION assert collectgarbage coroutine error getmetatable ipairs load math next os pairs pcall print "
                        + "rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type utf8 xpcall"
                )
            ])
    }

    @Test(
        "the libraries have exactly these functions",
        arguments: [
            ("string", "byte char find format gmatch gsub len lower match pack packsize rep reverse sub unpack upper"),
            ("table", "concat insert move pack remove sort unpack"),
            ("os", "clock date difftime time"),
            ("coroutine", "close create isyieldable resume running status wrap yield"),
            ("utf8", "char charpattern codepoint codes len offset"),
        ])
    func libraries(name: String, functions: String) {
        let body = "local t = {} for k in pairs(\(name)) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')"
        #expect(PolicyHarness.result(of: body) == [.string(functions)])
    }

    @Test(
        "bytecode is not loaded, text is",
        arguments: [
            ("return load('\\27Lua')", false), ("return load('return 1', 'x', 'b')", false),
            ("return load('return 1', 'x', 'bt')()", true), ("return load('return x', 'x', 't', { x = 1 })()", true),
            ("local n = 0 return load(function() n = n + 1 return n == 1 and 'return 1' or nil end)()", true),
        ])
    func load(body: String, works: Bool) {
        if works {
            #expect(PolicyHarness.result(of: body) == [.integer(1)])
        } else if let result = PolicyHarness.result(of: body) {
            #expect(result.first == .null)
        }
    }

    @Test("metatables of strings and objects are out of reach", arguments: ["''", "req", "require('sip')"])
    func metatables(value: String) {
        #expect(PolicyHarness.result(of: "return getmetatable(\(value))") == [.boolean(false)])
    }

    @Test("strings still count as numbers and have their methods")
    func strings() {
        #expect(
            PolicyHarness.result(of: "return '10' + 1, ('x'):upper(), #'abc', ('%s'):format(req)")
                == [.integer(11), .string("X"), .integer(3), .string("request 0")])
    }

    @Test("the collector is the server's")
    func collector() {
        #expect(
            PolicyHarness.result(of: "return collectgarbage(), collectgarbage('count') > 1") == [
                .integer(0), .boolean(true),
            ])
        #expect(PolicyHarness.failure(of: "collectgarbage('stop')")?.message.contains("invalid option 'stop'") == true)
    }

    @Test("global assignment works and stays in the state")
    func globalAssignment() throws {
        let harness = try PolicyHarness("count = (count or 0) + 1 return count")
        _ = harness.run()
        #expect(harness.run().isFinished)
        #expect(harness.results == [.integer(2)])
    }

    @Test(
        "an error says file and line, and what was called",
        arguments: [
            ("error('x')", "policy.lua:2: x"), ("error('x', 0)", "x"),
            ("local a = nil + 1", "policy.lua:2: attempt to perform arithmetic on a nil value"),
            ("error({ message = 'in a table' })", "in a table"), ("error({})", "(error object is a table)"),
            ("error()", "(error object is a null value)"),
        ])
    func messages(body: String, message: String) throws {
        let failure = try #require(PolicyHarness.failure(of: body))
        #expect(failure.message == message)
        #expect(failure.kind == .error)
    }
}
