import Configuration

/// Turns a file's tree into the flat keys of a provider, and checks that every key is known and has the right shape.
struct FileLayer {
    /// The file's name, for errors.
    var file: String

    /// Adds the values of a section and of all below it.
    func collect(
        _ section: ConfigurationNode, _ path: [String], into values: inout [AbsoluteConfigKey: ConfigValue]
    ) throws(ConfigurationError) {
        for entry in section.entries ?? [] {
            let here = path + [entry.key]
            if let key = ConfigurationKey.find(here) {
                guard let content = try content(of: entry, key) else { continue }
                values[AbsoluteConfigKey(key.path)] = ConfigValue(content, isSecret: false)
            } else if ConfigurationKey.isSection(here) {
                if entry.value.isEmpty { continue }
                guard entry.value.entries != nil else {
                    throw failure(entry, "`\(entry.key)` is a section; write its keys below it, indented")
                }
                try collect(entry.value, here, into: &values)
            } else {
                throw failure(entry, ConfigurationKey.advice(forUnknown: here))
            }
        }
    }

    /// The value as the provider has it; nil for the free tree, which is read elsewhere.
    private func content(
        of entry: ConfigurationNode.Entry, _ key: ConfigurationKey
    ) throws(ConfigurationError) -> ConfigContent? {
        guard key.shape == .tree || !entry.value.isEmpty else {
            throw failure(entry, "`\(key.dotted)` has no value; write one, or remove the line for the usual value")
        }
        switch (key.shape, entry.value.content) {
        case (.tree, .map): return nil
        case (.tree, _):
            guard !entry.value.isEmpty else { return nil }
            throw failure(entry, "`\(key.dotted)` must be a map of keys and values")
        case (.text, .scalar(let text, _)): return .string(text)
        case (.text, _): throw failure(entry, "`\(key.dotted)` takes one value")
        case (.list, .scalar(let text, _)): return .stringArray([text])
        case (.list, .list(let items)): return .stringArray(try scalars(items, key))
        case (.list, _): throw failure(entry, "`\(key.dotted)` takes a list: a line with `- ` for each item")
        case (.pairs, .map(let entries)): return .stringArray(try pairs(entries, key))
        case (.pairs, _): throw failure(entry, "`\(key.dotted)` takes a map: `key: value` lines")
        }
    }

    private func scalars(
        _ items: [ConfigurationNode], _ key: ConfigurationKey
    ) throws(ConfigurationError) -> [String] {
        var texts: [String] = []
        for item in items {
            guard case .scalar(let text, _) = item.content, !item.isEmpty else {
                throw ConfigurationError(
                    .line(file: file, line: item.line),
                    "`\(key.dotted)`: each item is one text; put those with `: ` or `[` in quotation marks")
            }
            texts.append(text)
        }
        return texts
    }

    private func pairs(
        _ entries: [ConfigurationNode.Entry], _ key: ConfigurationKey
    ) throws(ConfigurationError) -> [String] {
        var texts: [String] = []
        for entry in entries {
            guard case .scalar(let text, _) = entry.value.content, !entry.value.isEmpty else {
                throw failure(entry, "`\(key.dotted)`: each value is one text")
            }
            texts.append("\(entry.key)=\(text)")
        }
        return texts
    }

    private func failure(_ entry: ConfigurationNode.Entry, _ problem: String) -> ConfigurationError {
        ConfigurationError(.line(file: file, line: entry.line), problem)
    }
}
