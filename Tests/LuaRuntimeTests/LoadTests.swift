import LuaRuntime
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite("loading a policy and the files beside it")
struct LoadTests {
    private func failure(_ files: [String: String]) -> String? {
        do throws(LuaFailure) {
            _ = try PolicyHarness(files: files)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("the handlers of a policy can be listed, and its values read")
    func policyTable() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": "return { request = function() end, stateless = true, answer = 42 }"
        ])
        let policy = try #require(harness.policy)
        #expect(harness.state.names(in: policy) == ["answer", "request", "stateless"])
        #expect(harness.state.kind(of: policy) == .table)
        #expect(harness.state.kind(of: policy, entry: "request") == .function)
        #expect(harness.state.value(of: policy, entry: "stateless") == .boolean(true))
        #expect(harness.state.function("stateless", in: policy) == nil)
    }

    @Test(
        "a load that fails says file, line and why",
        arguments: [
            (["policy.lua": "local x =\nreturn"], "policy.lua:2: unexpected symbol near 'return'"),
            (["policy.lua": "\nerror('no')"], "policy.lua:2: no"),
            (["policy.lua": "require 'a'", "a.lua": "\n\nx ="], "a.lua:3: unexpected symbol near <eof>"),
            (
                ["policy.lua": "\nrequire 'a.b'"],
                "policy.lua:2: module 'a.b' not found: there is no file 'a/b.lua' beside the policy"
            ),
            (
                ["policy.lua": "require 'a'", "a.lua": "\nrequire 'b'"],
                "a.lua:2: module 'b' not found: there is no file 'b.lua' beside the policy"
            ),
            (["policy.lua": "require '../a'"], "policy.lua:1: module '../a' has no name that a file can have"),
            (
                ["policy.lua": "require 'a'", "a.lua": "require 'policy'"],
                "a.lua:1: modules require each other in a circle: 'policy'"
            ),
            (["policy.lua": "while true do end"], "policy.lua:1: instruction budget exceeded"),
            ([:], "module 'policy' not found: there is no file 'policy.lua' beside the policy"),
        ])
    func failures(files: [String: String], message: String) {
        #expect(failure(files) == message)
    }

    @Test(
        "waiting at the top level is refused, in a coroutine too",
        arguments: [
            "sip.sleep(1)", "coroutine.wrap(function() sip.sleep(1) end)()",
        ])
    func topLevel(call: String) {
        let message = failure(["policy.lua": "local sip = require 'sip'\n" + call])
        #expect(message?.contains("policy.lua:2: 'sip.sleep' cannot wait here") == true)
    }

    @Test("a module required by a handler cannot wait at its top level either")
    func requiredLate() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua": "return { request = function() require 'a' end }", "a.lua": "require('sip').sleep(1)",
        ])
        #expect(harness.run().failure?.message.contains("a.lua:1: 'sip.sleep' cannot wait here") == true)
    }

    @Test("a module is run once and gives the same value each time; a folder has init.lua")
    func modules() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua":
                "local a, b = require 'lib.a', require 'lib.a' return { request = function() return a == b, a.name, a.file, require 'lib' end }",
            "lib/a.lua": "local name, file = ... return { name = name, file = file }",
            "lib/init.lua": "x = (x or 0) + 1",
        ])
        #expect(harness.run().isFinished)
        #expect(harness.results == [.boolean(true), .string("lib.a"), .string("lib/a.lua"), .boolean(true)])
    }

    @Test("a module that failed can be required again")
    func retry() throws {
        let harness = try PolicyHarness(files: [
            "policy.lua":
                "return { request = function() local a = pcall(require, 'a') ready = true return a, require 'a' end }",
            "a.lua": "assert(ready) return 5",
        ])
        #expect(harness.run().isFinished)
        #expect(harness.results == [.boolean(false), .integer(5)])
    }

    @Test("all states of a load run the same bytes, though the files change meanwhile")
    func snapshot() throws {
        var template = Array("/tmp/moonwire-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            Issue.record("no folder")
            return
        }
        let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        func write(_ text: String, _ name: String) {
            guard let file = fopen(folder + "/" + name, "w") else { return }
            fputs(text, file)
            fclose(file)
        }
        defer {
            for name in ["policy.lua", "a.lua", "late.lua"] { unlink(folder + "/" + name) }
            rmdir(folder)
        }
        write("return { a = require 'a', late = function() return require 'late' end }", "policy.lua")
        write("return 1", "a.lua")
        write("return 1", "late.lua")
        let snapshot = LuaSnapshot(folder: folder)
        let first = LuaState(api: TestAPI.api, snapshot: snapshot)
        _ = try first.load("policy", hook: .everywhere)
        snapshot.seal()
        write("return 2", "a.lua")
        let second = LuaState(api: TestAPI.api, snapshot: snapshot)
        let policy = try second.load("policy", hook: .everywhere)
        #expect(second.value(of: policy, entry: "a") == .integer(1))
        #expect(snapshot.files.keys.sorted() == ["a.lua", "policy.lua"])
        let late = try #require(second.function("late", in: policy))
        let progress = second.start(late, hook: .everywhere, budget: LuaBudget())
        #expect(progress.failure?.message.contains("module 'late' not found") == true)
    }
}
