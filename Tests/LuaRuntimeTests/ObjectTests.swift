import LuaRuntime
import Testing

@Suite("objects, functions and their arguments")
struct ObjectTests {
    @Test("fields, methods and metamethods of an object")
    func members() {
        #expect(
            PolicyHarness.result(of: "return req.name, req.slot, req.other.name, tostring(req), req == req.other")
                == [.string("alice"), .integer(0), .string("bob"), .string("request 0"), .boolean(false)])
    }

    @Test("an assigned field is seen by the next line")
    func assignment() {
        #expect(
            PolicyHarness.result(of: "req.name = 'x' local a = req.name req.name = nil return a, req.name")
                == [.string("x"), .string("nobody")])
    }

    @Test("keys that are not declared reach a dynamic class")
    func dynamic() throws {
        let harness = try PolicyHarness("local h = require('sip').headers() h.Subject = 'x' return h['Via'], h[1]")
        #expect(harness.run().isFinished)
        #expect(harness.results == [.string("-1 Via"), .string("-1 ")])
        #expect(harness.host.log == ["Subject = x"])
    }

    @Test("an iterator keeps its place in its own object, so equal keys do not stop it")
    func pairs() {
        let body = "local sum = 0 for k, v in pairs(require('sip').headers()) do sum = sum * 10 + v + 1 end return sum"
        #expect(PolicyHarness.result(of: body) == [.integer(123)])
    }

    @Test("an object whose owner is gone raises, by pcall or not")
    func stale() throws {
        let harness = try PolicyHarness(
            "req:relay() local ok, why = pcall(function() return req.name end) return ok, why, req.name")
        let thread = try #require(harness.run().waiting)
        harness.host.generations[0] += 1
        let failure = try #require(harness.resume(thread)?.failure)
        #expect(failure.message == "policy.lua:2: this request has ended")
    }

    @Test(
        "wrong arguments name the function, the argument and the types",
        arguments: [
            ("req:reply()", "bad argument #1 to 'reply' (integer expected, got no value)"),
            ("req:reply(nil)", "bad argument #1 to 'reply' (integer expected, got nil)"),
            ("req:reply('200')", "bad argument #1 to 'reply' (integer expected, got string)"),
            ("req:reply(1.5)", "bad argument #1 to 'reply' (integer expected, got number with a fraction)"),
            ("req:reply(200, {})", "bad argument #2 to 'reply' (string expected, got table)"),
            ("req:relay(5 == 5)", "bad argument #1 to 'relay' (string or request expected, got boolean)"),
            (
                "req:relay(require('sip').headers())",
                "bad argument #1 to 'relay' (string or request expected, got headers)"
            ),
            ("req:relay('x', { timeot = 1 })", "unknown option 'timeot' in 'relay'"),
            ("req:relay('x', { 1 })", "bad option name in 'relay' (string expected, got number)"),
            ("req:relay('x', { timeout = 'long' })", "bad option 'timeout' to 'relay' (number expected, got string)"),
            ("req.reply(200)", "bad self to 'reply' (request expected, got number); call it as request:reply(...)"),
            ("req.nmae = 1", "request has no field 'nmae'"),
            ("return req.nmae", "request has no field 'nmae'"),
            ("req.slot = 1", "'slot' of request cannot be assigned"),
            ("req.reply = 1", "'reply' of request cannot be assigned"),
            ("req.name = {}", "bad value for 'name' of request (string expected, got table)"),
            ("req:fail('no such thing')", "no such thing"),
            ("require('sip').sum(1, 'x')", "bad argument #2 to 'sip.sum' (number expected, got string)"),
            ("require('sip').log.info()", "bad argument #1 to 'log.info' (string expected, got no value)"),
            ("require('sip').nothing()", "sip has no field 'nothing'"),
            ("require('sip').sum = 1", "'sum' of sip cannot be assigned"),
        ])
    func wrongArguments(body: String, message: String) {
        #expect(PolicyHarness.failure(of: body)?.message == "policy.lua:2: " + message)
    }

    @Test("a number serves as a string, and a whole float as an integer")
    func conversions() throws {
        let harness = try PolicyHarness("req:reply(200.0, 5)")
        #expect(harness.run().isFinished)
        #expect(harness.host.log == ["reply 200 5"])
    }

    @Test("options are found by name whatever their order")
    func options() throws {
        let harness = try PolicyHarness(
            "req:relay('x', { order = 'q', timeout = 3 }) req:relay(req) req:relay(nil, {})")
        let thread = try #require(harness.run().waiting)
        _ = harness.resume(thread)
        _ = harness.resume(thread)
        #expect(harness.host.log == ["relay 3.0 q", "relay 0.0 -", "relay 0.0 -"])
    }

    @Test("a function refuses a hook that it does not declare")
    func hooks() throws {
        let harness = try PolicyHarness("req:reply(200)")
        #expect(
            harness.run(hook: PolicyHarness.replyHook).failure?.message
                == "policy.lua:2: 'reply' is not available in 'on_reply'")
    }

    @Test("a look-up that found nothing gives nil and an error with its kind")
    func absent() {
        #expect(
            PolicyHarness.result(
                of: "local v, err = require('sip').absent() return v, err.kind, err.message, tostring(err)")
                == [.null, .string("unknown"), .string("nobody there"), .string("nobody there")])
    }

    @Test("modules have fields, submodules, variadic functions; globals and libraries are extended")
    func modules() throws {
        let harness = try PolicyHarness(
            """
            local sip = require 'sip'
            sip.log.info('hello') print(1, 2, 3)
            return sip.retired, sip.sum(1, 2, 3), os.time(), type(os.date), sip.position()
            """)
        #expect(harness.run().isFinished)
        #expect(
            harness.results == [
                .boolean(true), .number(6), .integer(12345), .string("function"), .string("policy.lua:4"),
            ])
        #expect(harness.host.log == ["hello", "print 3"])
    }

    @Test("plain values go out and come back, and read-only ones stay so")
    func values() throws {
        let body =
            "local v = require('sip').echo({ 1, 2.5, 'x', { a = true } }) return v[4].a, #v, pcall(function() v[1] = 2 end)"
        let harness = try PolicyHarness(body)
        #expect(harness.run().isFinished)
        #expect(harness.results.prefix(3) == [.boolean(true), .integer(4), .boolean(false)])
        #expect(
            PolicyHarness.result(
                of: "local n = 0 for k, v in pairs(require('sip').echo({ a = 1, b = 2 })) do n = n + v end return n")
                == [.integer(3)])
        #expect(PolicyHarness.failure(of: "require('sip').echo({ print })")?.message == "policy.lua:2: no plain value")
        #expect(
            PolicyHarness.failure(of: "local t = {} t.t = t require('sip').echo(t)")?.message
                == "policy.lua:2: no plain value")
        #expect(
            PolicyHarness.failure(of: "rawset(require('sip').echo({ 1 }), 1, 2)")?.message.hasSuffix(
                "this table is read-only") == true)
        let bytes = try #require(PolicyHarness.result(of: "return '\\xff\\0a'")?.first)
        #expect(bytes == .bytes([0xFF, 0, 0x61]))
    }
}
