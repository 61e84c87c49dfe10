internal import CLua
internal import CLuaShim

/// A plain value outside of Lua: what stores keep and configuration gives. Not for hot paths.
public indirect enum LuaValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    /// A string that is no UTF-8.
    case bytes([UInt8])
    case list([LuaValue])
    case table([String: LuaValue])
}

extension LuaCall {
    /// Tables deeper than this are not plain values.
    private static var deepest: Int { 32 }

    /// Pushes a value; tables are new ones.
    public func push(_ value: LuaValue) { push(value, protectedAs: nil) }

    /// Pushes a value whose tables cannot be changed; `name` is what the error says when somebody tries.
    public func pushReadOnly(_ value: LuaValue, name: String) { push(value, protectedAs: name) }

    private func push(_ value: LuaValue, protectedAs name: String?) {
        lua_checkstack(state, 8)
        switch value {
        case .null: pushNil()
        case .boolean(let value): push(value)
        case .integer(let value): push(value)
        case .number(let value): push(value)
        case .string(let text): push(text)
        case .bytes(let bytes): bytes.withUnsafeBytes { push($0) }
        case .list(let items):
            pushTable(items: items.count)
            for (offset, item) in items.enumerated() {
                push(item, protectedAs: name)
                setItem(offset + 1)
            }
            if let name { moon_protect_table(state, name) }
        case .table(let fields):
            pushTable(fields: fields.count)
            for (key, item) in fields {
                push(item, protectedAs: name)
                setField(named: key)
            }
            if let name { moon_protect_table(state, name) }
        }
    }

    /// A copy of the value at `index`, or nil when it holds something that is no plain value: functions, objects, keys
    /// that are neither strings nor a list's, tables in a circle.
    public func value(_ index: Int) -> LuaValue? { value(index, depth: 0) }

    private func value(_ index: Int, depth: Int) -> LuaValue? {
        switch kind(index) {
        case .absent, .null: return .null
        case .boolean: return .boolean(bool(index))
        case .number:
            return lua_isinteger(state, Int32(index)) != 0 ? .integer(integer(index)) : .number(number(index))
        case .string:
            let bytes = bytes(index)
            return String(validating: bytes, as: UTF8.self).map(LuaValue.string) ?? .bytes(Array(bytes))
        case .table: return depth < Self.deepest ? table(index, depth: depth) : nil
        default: return nil
        }
    }

    private func table(_ index: Int, depth: Int) -> LuaValue? {
        let index = Int(lua_absindex(state, Int32(index)))
        lua_checkstack(state, 8)
        let length = length(index)
        var items: [LuaValue] = []
        var fields: [String: LuaValue] = [:]
        var isPlain = true
        forEachEntry(of: index) {
            guard kind(-2) == .string || (kind(-2) == .number && length > 0), let item = value(-1, depth: depth + 1)
            else {
                isPlain = false
                return false
            }
            if kind(-2) == .string { fields[string(-2)] = item }
            return true
        }
        guard isPlain else { return nil }
        guard length > 0 else { return .table(fields) }
        guard fields.isEmpty else { return nil }
        for number in 1...length {
            pushItem(number, of: index)
            items.append(value(-1, depth: depth + 1) ?? .null)
            pop()
        }
        return .list(items)
    }
}
