import Yams

/// A YAML value with the line that it stands on.
struct ConfigurationNode {
    /// What the value is.
    enum Content {
        /// Text, and whether it stood without quotation marks.
        case scalar(String, isPlain: Bool)
        case list([ConfigurationNode])
        case map([Entry])
    }

    /// A key of a map with its value.
    struct Entry {
        var key: String
        /// The line of the key.
        var line: Int
        var value: ConfigurationNode
    }

    var content: Content
    /// The line of the value's begin, counted from 1.
    var line: Int

    /// The entries, if this is a map.
    var entries: [Entry]? {
        guard case .map(let entries) = content else { return nil }
        return entries
    }

    /// Whether the value was left out, as in `domains:`.
    var isEmpty: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ConfigurationValue(plainScalar: text) == .null
    }

    /// As plain data, without lines.
    var value: ConfigurationValue {
        switch content {
        case .scalar(let text, let isPlain): isPlain ? ConfigurationValue(plainScalar: text) : .string(text)
        case .list(let items): .list(items.map(\.value))
        case .map(let entries):
            .map(Dictionary(entries.map { ($0.key, $0.value.value) }, uniquingKeysWith: { $1 }))
        }
    }

    /// The entry at a path of keys.
    func entry(at path: some Collection<String>) -> Entry? {
        guard let key = path.first, let found = entries?.first(where: { $0.key == key }) else { return nil }
        let rest = path.dropFirst()
        return rest.isEmpty ? found : found.value.entry(at: rest)
    }
}

// MARK: - Reading YAML

extension ConfigurationNode {
    /// Reads a YAML text whose outermost value is a map; an empty text is an empty map.
    init(yaml text: String, file: String) throws(ConfigurationError) {
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw ConfigurationNode.failure(error, file)
        } catch {
            throw ConfigurationError(.file(file), "can't be read as YAML: \(error)")
        }
        self =
            try root.map { node throws(ConfigurationError) in try ConfigurationNode(node, file) }
            ?? ConfigurationNode(content: .map([]), line: 1)
        if isEmpty { content = .map([]) }
        guard case .map = content else {
            throw ConfigurationError(
                .line(file: file, line: line), "the configuration is not a map of keys; write `key: value` lines")
        }
    }

    private init(_ node: Node, _ file: String) throws(ConfigurationError) {
        line = node.mark?.line ?? 1
        switch node {
        case .scalar(let scalar): content = .scalar(scalar.string, isPlain: scalar.style == .plain)
        case .sequence(let items):
            var list: [ConfigurationNode] = []
            for item in items { list.append(try ConfigurationNode(item, file)) }
            content = .list(list)
        case .mapping(let pairs): content = .map(try ConfigurationNode.entries(pairs, file))
        case .alias:
            throw ConfigurationError(.line(file: file, line: line), "aliases are not supported; write the value out")
        }
    }

    private static func entries(_ pairs: Node.Mapping, _ file: String) throws(ConfigurationError) -> [Entry] {
        var entries: [Entry] = []
        for (key, value) in pairs {
            let line = key.mark?.line ?? 1
            guard case .scalar(let name) = key else {
                throw ConfigurationError(.line(file: file, line: line), "a key must be text")
            }
            var value = try ConfigurationNode(value, file)
            // An empty value is marked where the next one begins.
            if value.isEmpty { value.line = line }
            entries.append(Entry(key: name.string, line: line, value: value))
        }
        return entries
    }

    private static func failure(_ error: YamlError, _ file: String) -> ConfigurationError {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let about = context.map { $0.text.isEmpty ? "" : " (\($0.text), begun in line \($0.mark.line))" } ?? ""
            let tabs = problem.contains("cannot start any token") ? "; indent with blanks, not with tabs" : ""
            return ConfigurationError(.line(file: file, line: mark.line), "not YAML: \(problem)\(about)\(tabs)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.map { "`\($0)`" }.joined(separator: ", ")
            return ConfigurationError(
                .line(file: file, line: context.mark.line), "the key \(names) stands twice; remove one of the two")
        case .reader(let problem, _, _, _): return ConfigurationError(.file(file), "not a YAML text: \(problem)")
        default: return ConfigurationError(.file(file), "can't be read as YAML: \(error)")
        }
    }
}
