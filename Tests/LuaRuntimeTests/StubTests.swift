import LuaRuntime
import Testing

@Suite("stubs and reference come from the API table")
struct StubTests {
    @Test("a class has its fields with types and its methods with parameters")
    func classes() throws {
        let text = try #require(TestAPI.api.stubs()["types.lua"])
        #expect(
            text.contains(
                """
                ---A request.
                ---@class request
                ---@field name? string Who.
                ---@field slot integer Where. (read-only)
                ---@field other request The next one. (read-only)
                local request = {}
                """))
        #expect(
            text.contains(
                """
                ---Relays, and waits.
                ---More about it.
                ---Waits.
                ---@param target? string|request
                ---@param options? { timeout: number, order: string, on_reply: fun(res: request) }
                ---@return any outcome
                function request:relay(target, options) end
                """))
        #expect(text.contains("---In: request.\n"))
    }

    @Test("a module has a file of its own, with its submodules, and is loadable Lua")
    func modules() throws {
        let stubs = TestAPI.api.stubs()
        #expect(stubs.keys.sorted() == ["sip.lua", "types.lua"])
        let text = try #require(stubs["sip.lua"])
        #expect(text.hasPrefix("---@meta sip\n"))
        #expect(text.contains("---@field log sip.log\n"))
        #expect(text.contains("function sip_log.info(text) end"))
        #expect(text.contains("function sip.sum(first, ...) end"))
        for (name, source) in stubs {
            #expect(throws: Never.self) { try PolicyHarness(files: ["policy.lua": source + "\n"]) }
            #expect(!name.isEmpty)
        }
    }

    @Test("the reference names every function, its hooks and its options")
    func reference() {
        let text = TestAPI.api.reference()
        #expect(text.contains("### `request:relay(target?, options?)`"))
        #expect(text.contains("| `options.timeout` | `number` |  |"))
        #expect(text.contains("Available in `request`."))
        #expect(text.contains("| `name` | `string` or nil | assignable. Who. |"))
    }
}
