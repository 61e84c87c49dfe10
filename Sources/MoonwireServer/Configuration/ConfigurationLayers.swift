import Configuration

/// The values of all sources, the strongest first: flags, environment variables, the file.
///
/// Everything is read as text; `ConfigurationLayers+Values.swift` makes numbers of it, with errors that name the place.
struct ConfigurationLayers {
    /// The positions of the providers.
    private enum Layer: Int {
        case flags, environment, file
    }

    /// A text with where it stands.
    struct Setting {
        var text: String
        var place: ConfigurationPlace
        /// Whether it stands in the file, so that a path is relative to the file's folder.
        var isFromFile: Bool
    }

    private let reader: ConfigReader
    private let origins = OriginReporter()
    private let overrides: [String: ConfigurationOverride]
    private let root: ConfigurationNode
    /// The file's name; nil without one.
    let file: String?
    /// The value of `policy.settings`, all sources together.
    let settings: ConfigurationValue
    /// What is odd but no error.
    private(set) var warnings: [String] = []

    init(root: ConfigurationNode, file: String?, sources: ConfigurationSources) throws(ConfigurationError) {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        try FileLayer(file: file ?? "").collect(root, [], into: &values)
        let flags = try FlagLayer(sources.overrides)
        let environment = EnvironmentLayer(sources.environment)
        reader = ConfigReader(
            providers: [
                InMemoryProvider(name: "flags", values: flags.values),
                EnvironmentVariablesProvider(environmentVariables: environment.variables),
                InMemoryProvider(name: file ?? "no file", values: values),
            ], accessReporter: origins)
        self.root = root
        self.file = file
        overrides = flags.overrides
        warnings = environment.warnings
        let inFile = root.entry(at: ConfigurationKey.policySettings.path)?.value.value ?? .map([:])
        settings = flags.settings(over: environment.settings(over: inFile))
    }

    /// The text of a key; nil when no source has it.
    func text(_ key: ConfigurationKey) -> Setting? {
        guard let text = reader.string(forKey: ConfigKey(key.path)) else { return nil }
        return Setting(text: text, place: place(of: key), isFromFile: isFromFile(key))
    }

    /// The items of a list, or of pairs as `key=value`; nil when no source has it.
    func list(_ key: ConfigurationKey) -> [Setting]? {
        guard let items = reader.stringArray(forKey: ConfigKey(key.path)) else { return nil }
        let (whole, isFromFile) = (place(of: key), isFromFile(key))
        // A variable set to nothing is an empty list.
        if items == [""], !isFromFile { return [] }
        let places = isFromFile ? itemPlaces(key) : []
        return items.enumerated().map { index, text in
            Setting(text: text, place: index < places.count ? places[index] : whole, isFromFile: isFromFile)
        }
    }

    /// Where the value of a key that was just read stands.
    func place(of key: ConfigurationKey) -> ConfigurationPlace {
        switch origins.origin(of: key).flatMap(Layer.init) {
        case .flags: .flag(overrides[key.dotted]?.flag ?? "--set \(key.dotted)")
        case .environment: .environment(key.environmentName)
        case .file: root.entry(at: key.path).map { line($0.line) } ?? .builtIn
        case nil: .builtIn
        }
    }

    private func isFromFile(_ key: ConfigurationKey) -> Bool { origins.origin(of: key) == Layer.file.rawValue }

    private func itemPlaces(_ key: ConfigurationKey) -> [ConfigurationPlace] {
        switch root.entry(at: key.path)?.value.content {
        case .list(let items): items.map { line($0.line) }
        case .map(let entries): entries.map { line($0.line) }
        default: []
        }
    }

    private func line(_ number: Int) -> ConfigurationPlace { .line(file: file ?? "", line: number) }
}
