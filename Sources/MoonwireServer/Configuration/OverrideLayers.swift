import Configuration

/// The values of the command line.
struct FlagLayer {
    /// The last override of each key.
    private(set) var overrides: [String: ConfigurationOverride] = [:]
    /// What a provider takes.
    private(set) var values: [AbsoluteConfigKey: ConfigValue] = [:]

    init(_ list: [ConfigurationOverride]) throws(ConfigurationError) {
        for override in list {
            let path = override.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard let key = ConfigurationKey.find(path) else {
                throw ConfigurationError(.flag(override.flag), ConfigurationKey.advice(forUnknown: path))
            }
            overrides[override.key] = override
            switch key.shape {
            case .tree:
                guard path.count > key.path.count else {
                    throw ConfigurationError(.flag(override.flag), "name the setting: --set \(key.dotted).name=value")
                }
            case .text: values[AbsoluteConfigKey(path)] = ConfigValue(.string(override.value), isSecret: false)
            case .list, .pairs:
                values[AbsoluteConfigKey(path)] = ConfigValue(
                    .stringArray(FlagLayer.items(override.value)), isSecret: false)
            }
        }
    }

    private static func items(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// The policy's settings with those of the command line in them.
    func settings(over lower: ConfigurationValue) -> ConfigurationValue {
        let prefix = ConfigurationKey.policySettings.dotted + "."
        return overrides.values.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
            .reduce(lower) { settings, override in
                let path = override.key.dropFirst(prefix.count).split(separator: ".").map(String.init)
                return settings.setting(path[...], to: ConfigurationValue(plainScalar: override.value))
            }
    }
}

/// The values of environment variables.
struct EnvironmentLayer {
    /// Our variables, by their names without the prefix: what a provider takes.
    private(set) var variables: [String: String] = [:]
    /// Variables that look like ours and are none: an error would stop a server wherever something else (such as a
    /// Kubernetes service of the same name) sets variables.
    private(set) var warnings: [String] = []

    private static let settingsPrefix = ConfigurationKey.policySettings.environmentName + "_"

    init(_ environment: [String: String]) {
        let known = Set(ConfigurationKey.all.filter { $0.shape != .tree }.map(\.environmentName))
        let prefix = ConfigurationKey.environmentPrefix
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
            if known.contains(name) || name.hasPrefix(EnvironmentLayer.settingsPrefix) {
                variables[String(name.dropFirst(prefix.count))] = value
            } else if name != ConfigurationKey.environmentFile {
                warnings.append("environment variable \(name): no such key; ignored")
            }
        }
    }

    /// The policy's settings with those of the environment in them.
    ///
    /// A name says nothing about capitals or depth, so a setting of the file with that name is the one that is meant;
    /// without one it is a new setting in small letters.
    func settings(over lower: ConfigurationValue) -> ConfigurationValue {
        let prefix = String(EnvironmentLayer.settingsPrefix.dropFirst(ConfigurationKey.environmentPrefix.count))
        return variables.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
            .reduce(lower) { settings, variable in
                let name = String(variable.key.dropFirst(prefix.count))
                let path = EnvironmentLayer.path(named: name, in: settings, []) ?? [name.lowercased()]
                return settings.setting(path[...], to: ConfigurationValue(plainScalar: variable.value))
            }
    }

    private static func path(named name: String, in value: ConfigurationValue, _ above: [String]) -> [String]? {
        guard case .map(let entries) = value else { return nil }
        for (key, below) in entries.sorted(by: { $0.key < $1.key }) {
            let here = above + [key]
            if here.joined(separator: "_").uppercased().replacingDashes() == name { return here }
            if let found = path(named: name, in: below, here) { return found }
        }
        return nil
    }
}

extension String {
    /// This text with an underscore for each dash and dot, which names of environment variables don't have.
    fileprivate func replacingDashes() -> String { String(map { $0 == "-" || $0 == "." ? "_" : $0 }) }
}
