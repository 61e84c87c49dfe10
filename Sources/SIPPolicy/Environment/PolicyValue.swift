internal import LuaRuntime

/// A plain value that a policy can read: the settings behind `sip.config`.
public indirect enum PolicyValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([PolicyValue])
    case map([String: PolicyValue])

    var lua: LuaValue {
        switch self {
        case .null: .null
        case .bool(let value): .boolean(value)
        case .int(let value): .integer(value)
        case .double(let value): .number(value)
        case .string(let value): .string(value)
        case .list(let items): .list(items.map(\.lua))
        case .map(let fields): .table(fields.mapValues(\.lua))
        }
    }
}
