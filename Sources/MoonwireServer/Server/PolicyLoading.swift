import Logging
import SIPPolicy

/// From the configuration to a loaded policy.
enum PolicyLoading {
    /// Loads the configured policy; an error in it says `file:line: why`.
    static func load(_ parts: ServerParts) throws(ConfigurationError) -> PolicyGeneration {
        let (folder, module) = split(parts.configuration.policy.file)
        do throws(PolicyError) {
            return try PolicyGeneration.load(folder: folder, module: module, environment: environment(parts))
        } catch {
            throw PolicyPlace.error(error.message, file: parts.configuration.policy.file)
        }
    }

    /// `Config/policy.lua` is the module `policy` in the folder `Config`.
    private static func split(_ path: String) -> (folder: String, module: String) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        var module = slash.map { String(path[path.index(after: $0)...]) } ?? path
        if module.hasSuffix(".lua") { module.removeLast(4) }
        return (folder.isEmpty ? "/" : folder, module)
    }

    private static func environment(_ parts: ServerParts) -> PolicyEnvironment {
        let configuration = parts.configuration
        let logger = parts.logger
        var environment = PolicyEnvironment()
        environment.users = ConfiguredUsers(parts.users, logger: logger)
        environment.log = { entry in log(entry, logger) }
        environment.minimumLogLevel = PolicyLogLevel(logger.logLevel)
        environment.settings = PolicyValue(configuration.policy.settings)
        environment.registrationRules = configuration.registrar
        environment.algorithms = configuration.authentication.algorithms
        return environment
    }

    private static func log(_ entry: PolicyLogEntry, _ logger: Logger) {
        var metadata: Logger.Metadata = [:]
        for field in entry.fields { metadata[field.name] = "\(field.value)" }
        if let callID = entry.callID { metadata["call_id"] = "\(callID)" }
        logger.log(level: Logger.Level(entry.level), "\(entry.text)", metadata: metadata)
    }
}

extension PolicyLogLevel {
    init(_ level: Logger.Level) {
        switch level {
        case .trace, .debug: self = .debug
        case .info, .notice: self = .info
        case .warning: self = .warning
        case .error, .critical: self = .error
        }
    }
}

extension Logger.Level {
    init(_ level: PolicyLogLevel) {
        switch level {
        case .debug: self = .debug
        case .info: self = .info
        case .warning: self = .warning
        case .error: self = .error
        }
    }
}

extension PolicyValue {
    /// The settings as the policy sees them.
    init(_ value: ConfigurationValue) {
        switch value {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .double(let value): self = .double(value)
        case .string(let value): self = .string(value)
        case .list(let items): self = .list(items.map { PolicyValue($0) })
        case .map(let fields): self = .map(fields.mapValues { PolicyValue($0) })
        }
    }
}

/// The place in a policy file that an error names.
enum PolicyPlace {
    /// `routes.lua:12: why` becomes an error at that line of the file beside the policy; any other text one of the
    /// policy file as a whole.
    static func error(_ message: String, file: String) -> ConfigurationError {
        let parts = message.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let line = Int(parts[1]) else { return ConfigurationError(.file(file), message) }
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        return ConfigurationError(
            .line(file: folder + parts[0], line: line), parts[2].trimmingPrefix(" ").description)
    }
}
