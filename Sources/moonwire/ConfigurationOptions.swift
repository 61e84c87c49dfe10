import ArgumentParser
import Glibc
import MoonwireServer

/// The options of every command that reads the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The configuration file.",
            discussion: """
                Without it: the file that MOONWIRE_CONFIG names, else Config/moonwire.yaml if it is there, else the \
                built-in values with policy.lua in the current folder.
                """,
            valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A value of the configuration, such as --set log.level=debug; may be repeated.",
            discussion: """
                Items of a list have commas between them. Every key can also be set by an environment variable, such \
                as MOONWIRE_LOG_LEVEL.
                """,
            valueName: "key=value"))
    var assignments: [String] = []

    /// Reads the configuration; ends the process with code 78 when it is wrong.
    func load(overrides: [ConfigurationOverride] = [], checksFiles: Bool = true) throws -> ServerConfiguration {
        try orExit { () throws -> ServerConfiguration in
            var all = overrides
            for assignment in assignments { all.append(try ConfigurationOverride(parsing: assignment)) }
            return try ServerConfiguration.load(
                ConfigurationSources(file: config, overrides: all, environment: Process.environment),
                checksFiles: checksFiles)
        }
    }
}

/// Runs `body`; an error is printed, and the process ends with the code that fits.
func orExit<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let exit as ExitCode {
        throw exit
    } catch {
        Terminal.complain("\(error)")
        let isConfiguration = error is ConfigurationError || error is PrivateFileError
        throw ExitCode(isConfiguration ? ConfigurationError.exitCode : EXIT_FAILURE)
    }
}
