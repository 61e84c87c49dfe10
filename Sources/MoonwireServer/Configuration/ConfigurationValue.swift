/// A value of the configuration whose shape is free, such as `policy.settings`: plain data.
public enum ConfigurationValue: Hashable, Sendable {
    /// Nothing: `null`, `~` or an empty value.
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([ConfigurationValue])
    case map([String: ConfigurationValue])
}

extension ConfigurationValue {
    /// The value that an unquoted scalar means, by the core schema of YAML 1.2.
    ///
    /// Two things differ, because settings of a telephone server are full of numbers that are names: digits with a
    /// leading zero or plus (`0301234`, `+49301234`) are text, and so is a number that has no place in 64 bits.
    public init(plainScalar text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        default: self = ConfigurationValue.number(text) ?? .string(text)
        }
    }

    private static func number(_ text: String) -> ConfigurationValue? {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
        guard text.utf8.count - digits.count <= 1, let first = digits.first,
            first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9")
        else { return nil }
        if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16).map { .int($0) } }
        if digits.count > 1, first == UInt8(ascii: "0"), digits.dropFirst().first != UInt8(ascii: ".") { return nil }
        if let whole = Int(text) { return .int(whole) }
        guard text.utf8.contains(where: { ".eE".utf8.contains($0) }), let number = Double(text), number.isFinite
        else { return nil }
        return .double(number)
    }

    /// This value with `value` at `path` inside of it; what is no map on the way there becomes one.
    func setting(_ path: ArraySlice<String>, to value: ConfigurationValue) -> ConfigurationValue {
        guard let key = path.first else { return value }
        var entries: [String: ConfigurationValue] = [:]
        if case .map(let present) = self { entries = present }
        entries[key] = (entries[key] ?? .null).setting(path.dropFirst(), to: value)
        return .map(entries)
    }
}
