import CLua
import LuaRuntime
import Testing

/// The same script in a state with the stock libraries: what Lua itself says.
private func stock(_ script: String) -> String {
    guard let state = luaL_newstate() else { return "no state" }
    defer { lua_close(state) }
    luaL_openlibs(state)
    guard luaL_loadbufferx(state, script, script.utf8.count, "@policy.lua", "t") == LUA_OK,
        lua_pcallk(state, 0, 1, 0, 0, nil) == LUA_OK,
        let text = lua_tolstring(state, -1, nil)
    else { return "failed" }
    return String(cString: text)
}

private func ours(_ script: String) -> String {
    guard let harness = try? PolicyHarness(files: ["policy.lua": "return { request = function() \(script)\nend }"]),
        case .finished = harness.run(
            budget: LuaBudget(instructions: 1 << 40, cpuNanoseconds: 1 << 40, memory: 32 << 20)),
        case .string(let text)? = harness.results.first ?? nil
    else { return "failed" }
    return text
}

@Suite("patterns mean what they mean in Lua 5.4")
struct PatternTests {
    /// Runs all functions on one subject and pattern and tells everything they return, errors too.
    private static let describe = """
        local out = {}
        local function show(...)
            local t = table.pack(...)
            for i = 1, t.n do t[i] = (math.type(t[i]) or type(t[i])) .. ':' .. tostring(t[i]):gsub('[^%g ]', '?') end
            return table.concat(t, ',')
        end
        local function all(s, p, r)
            local list = {}
            list[#list + 1] = show(pcall(string.find, s, p))
            list[#list + 1] = show(pcall(string.find, s, p, 3))
            list[#list + 1] = show(pcall(string.find, s, p, -2, true))
            list[#list + 1] = show(pcall(string.match, s, p, 2))
            list[#list + 1] = show(pcall(string.gsub, s, p, r))
            list[#list + 1] = show(pcall(string.gsub, s, p, '<%0%1>', 2))
            list[#list + 1] = show(pcall(string.gsub, s, p, { a = 'A', b = false, ab = 12 }))
            list[#list + 1] = show(pcall(string.gsub, s, p, function(x, y) return y and '[' .. y .. ']' end))
            local n = 0
            list[#list + 1] = show(pcall(function()
                local seen = {}
                for a, b in string.gmatch(s, p) do
                    seen[#seen + 1] = tostring(a) .. '/' .. tostring(b)
                    n = n + 1
                    if n > 50 then break end
                end
                return table.concat(seen, ';')
            end))
            out[#out + 1] = (s .. ' ~ ' .. p .. ' => ' .. table.concat(list, ' | ')):gsub('[^%g ]', '?')
        end

        """

    private func compare(_ script: String) {
        let expected = stock(Self.describe + script).split(separator: "\n")
        let found = ours(Self.describe + script).split(separator: "\n")
        #expect(expected.count > 10)
        #expect(expected.count == found.count)
        let different = zip(expected, found).filter { $0 != $1 }
        for (expected, found) in different.prefix(5) { Issue.record("stock: \(expected)\nours:  \(found)") }
        #expect(different.isEmpty)
    }

    @Test("chosen patterns: anchors, classes, sets, captures, balance, frontier, back references, errors")
    func chosen() {
        compare(
            """
            local subjects = { '', 'a', 'hello world', 'aaab', 'key = value; k2=v2', 'f(a(b)c)d', 'THE (quick) fox',
                '2024-01-31', '  trim me  ', 'x^y$z%w', 'a\\0b\\0c', '[[x]]', 'abcabc', 'alo xyzK', '\\xe4\\xf6', 'a.b-c+d*e?' }
            local patterns = { '', 'a', '^a', 'a$', '^$', '.', '.*', '.-', 'a*', 'a+', 'a-b', 'a?b', '%a+', '%A', '%d+', '%s*', '%S+',
                '%w+', '%W', '%x', '%p', '%c', '%g+', '%u%l*', '[abc]', '[^abc]+', '[a-c]', '[]]', '[^]]', '[%a_][%w_]*', '[a-]', '[%-a]',
                '(%w+)%s*=%s*(%w+)', '(a)(b)(c)', '()ll()', '((a)(b))', '%b()', '%bxy', '%f[%w]%w+', '%f[%a]', '(.)%1', '(.*)%1$',
                '^%s*(.-)%s*$', '(%d+)-(%d+)-(%d+)', '\\0', '[%z]', '%%', '%.', '[.]', 'l+o?', '(h)(.)(%0)', '%1', '(a', 'a)', '[a', '[',
                '%', '%b', '%bx', '%f', '%fa', '(()', '[%', '[a-%%]', '$', '^', '$a', 'a^', '(^a)', '.-$', '^.-b', '[%w%.%-]+', '%z' }
            for _, s in ipairs(subjects) do for _, p in ipairs(patterns) do all(s, p, '%1-%0') end end
            return table.concat(out, '\\n')
            """)
    }

    @Test("ten thousand generated patterns")
    func generated() {
        compare(
            """
            local seed = 42
            local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return (seed >> 8) % n + 1 end
            local pieces = { 'a', 'b', '.', '%a', '%s', '[ab]', '[^a]', '(', ')', '()', '*', '+', '-', '?', '^', '$', '%1', '%2', '%b()',
                '%f[a]', '%%', ' ', '(a)', '(.-)', 'ab', '[%a-]', '%W' }
            local letters = { 'a', 'b', ' ', '(', ')', 'A', '1', 'ab', '%', '-' }
            local replacements = { 'x', '%0', '%1', '%2', '%%', '%', '' , '%a', '<%0>' }
            for i = 1, 10000 do
                local p, s = '', ''
                for j = 1, random(6) do p = p .. pieces[random(#pieces)] end
                for j = 0, random(9) do s = s .. letters[random(#letters)] end
                all(s, p, replacements[random(#replacements)])
            end
            return table.concat(out, '\\n')
            """)
    }

    @Test("starting points and limits of find, gmatch, gsub and rep")
    func limits() {
        compare(
            """
            for i = -7, 7 do
                for _, p in ipairs { '', 'l', 'l*', '^h', 'o$' } do
                    out[#out + 1] = show(pcall(string.find, 'hello', p, i)) .. show(pcall(string.match, 'hello', p, i))
                        .. show(pcall(string.gsub, 'hello', p, 'x', i)) .. show(pcall(string.gmatch('hello', p, i)))
                        .. show(pcall(string.rep, p, i, ', ')) .. show(pcall(string.find, 'hello', p, i, true))
                end
            end
            out[#out + 1] = show(pcall(string.gsub, 'abc', '%w', '%%%0')) .. show(pcall(string.gsub, 'abc', 'b', 5))
            out[#out + 1] = show(pcall(string.gsub, 'abc', 'b', function() return {} end))
            out[#out + 1] = show(pcall(string.find, ('a'):rep(300), ('(a)'):rep(33)))
            out[#out + 1] = show(pcall(string.find, ('a'):rep(300), ('a?'):rep(250) .. 'b'))
            out[#out + 1] = show(pcall(string.find, ('a'):rep(300), ('a?'):rep(150)))
            out[#out + 1] = show(pcall(string.find, ('a'):rep(300), ('b*'):rep(400)))
            return table.concat(out, '\\n')
            """)
    }
}
