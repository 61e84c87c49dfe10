/// A value from the command line.
public struct ConfigurationOverride: Hashable, Sendable {
    /// The key with dots, such as `log.level`.
    public var key: String
    /// The value as text; items of a list have commas between them.
    public var value: String
    /// The flag as it was written, for errors.
    public var flag: String

    public init(key: String, value: String, flag: String) {
        self.key = key
        self.value = value
        self.flag = flag
    }

    /// Reads `key=value`, what `--set` takes.
    public init(parsing assignment: String) throws(ConfigurationError) {
        let flag = "--set \(assignment)"
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
            throw ConfigurationError(.flag(flag), "no value; write --set key=value")
        }
        self.init(
            key: String(assignment[..<equals]), value: String(assignment[assignment.index(after: equals)...]),
            flag: "--set \(assignment[..<equals])")
    }
}

/// Where a configuration is read from. A flag counts more than an environment variable, and that more than the file.
public struct ConfigurationSources: Sendable {
    /// The file that is read when none is named and this one is there.
    public static let usualFile = "Config/moonwire.yaml"

    /// The configuration file; nil for `MOONWIRE_CONFIG`, else `Config/moonwire.yaml` if it is there, else none.
    public var file: String?
    /// The values of flags; of two for one key the later one counts.
    public var overrides: [ConfigurationOverride]
    /// The environment of the process.
    public var environment: [String: String]

    public init(file: String? = nil, overrides: [ConfigurationOverride] = [], environment: [String: String] = [:]) {
        self.file = file
        self.overrides = overrides
        self.environment = environment
    }
}
