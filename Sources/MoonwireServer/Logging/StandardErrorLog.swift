import Glibc
public import Logging

/// Writes log messages to standard error, a line each, as text or as JSON.
public struct StandardErrorLog: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: ServerConfiguration.Log.Format

    public init(label: String, configuration: ServerConfiguration.Log) {
        self.label = label
        logLevel = configuration.level
        format = configuration.format
    }

    /// Makes every logger of the process write this way. To be called once.
    public static func bootstrap(_ configuration: ServerConfiguration.Log) {
        LoggingSystem.bootstrap { StandardErrorLog(label: $0, configuration: configuration) }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let own = event.metadata { all.merge(own) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let line = LogLine(
            time: LogTime.now(), level: event.level, label: label, message: event.message.description, metadata: all)
        // One write for a line, so that lines of several threads don't mix.
        _ = FileBytes.write(Array((format == .json ? line.json : line.text).utf8), to: STDERR_FILENO)
    }
}
