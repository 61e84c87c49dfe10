import ArgumentParser
import MoonwireServer

/// `moonwire check-config`.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check the configuration without running the server.",
        discussion: "Prints what would run, or file:line and what is wrong, with exit code 78.")

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load()
        let users = try orExit { try UserFile(path: configuration.usersFile).users() }
        for warning in configuration.warnings { Terminal.complain("warning: \(warning)") }
        print("\(configuration.file ?? "built-in configuration"): well")
        print("  listen   \(configuration.listen.map(\.description).joined(separator: ", "))")
        print("  domains  \(configuration.domains.joined(separator: ", "))")
        print("  policy   \(configuration.policy.file)")
        print("  users    \(users.count) in \(configuration.usersFile)")
        print("  keys     \(configuration.keysFile)")
        print("  threads  \(configuration.threads), shards \(configuration.shards)")
    }
}
