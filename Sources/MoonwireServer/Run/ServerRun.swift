import Glibc
import Logging

/// The life of a server process: start, say what runs, wait for SIGTERM or SIGINT, stop.
public enum ServerRun {
    /// Runs a server until it is told to stop. `program` is how the user calls this program, for the commands that are
    /// suggested. To be called on the main thread, before there are others.
    public static func run(
        _ configuration: ServerConfiguration, program: String, start: ServerStart
    ) throws {
        StopSignals.hold()
        StandardErrorLog.bootstrap(configuration.log)
        let logger = Logger(label: "moonwire")
        let parts = try ServerParts(configuration: configuration, logger: logger)
        let server = try start(parts)
        say(Greeting(parts: parts, server: server, program: program).text)
        for warning in configuration.warnings { logger.warning("\(warning)") }
        let signal = StopSignals.wait()
        logger.info("stopping", metadata: ["signal": "\(signal)"])
        StopSignals.release()
        server.stop()
        logger.info("stopped")
    }

    private static func say(_ text: String) {
        _ = FileBytes.write(Array(text.utf8), to: STDOUT_FILENO)
    }
}
