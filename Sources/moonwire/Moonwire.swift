import ArgumentParser
import MoonwireServer

/// The command line.
///
/// `run` waits for signals on the main thread and must find no other thread there, so the commands are synchronous.
@main
struct Moonwire: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moonwire",
        abstract: "A SIP routing server with policies in Lua.",
        discussion: """
            First steps: `moonwire run` in one terminal; `moonwire user add alice@localhost` in another, then \
            `moonwire ua answer sip:alice@localhost --password …`. `moonwire help <command>` explains a command.

            Exit codes: 0 well, 1 failed, 64 wrong command line, 78 wrong configuration.
            """,
        version: MoonwireVersion.current,
        subcommands: [
            RunCommand.self, UserCommand.self, CheckConfigCommand.self, ReferenceCommand.self, UACommand.self,
        ])
}
