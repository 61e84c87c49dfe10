import ArgumentParser
import MoonwireServer

/// `moonwire run`.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the server.",
        discussion: """
            Prints what it listens on, which policy it loaded and the next command to try; logs go to standard error. \
            SIGTERM and SIGINT (Ctrl-C) stop it in good order. A wrong configuration or policy ends it with code 78.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp(
            "Listen here instead; may be repeated. Such as udp:127.0.0.1:5060.", valueName: "transport:address:port"))
    var listen: [String] = []

    @Option(name: .long, help: ArgumentHelp("The policy's Lua file.", valueName: "file"))
    var policy: String?

    @Option(
        name: .long,
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    func run() throws {
        let configuration = try options.load(overrides: overrides)
        try orExit { try ServerRun.run(configuration, program: Process.name, start: startServer) }
    }

    private var overrides: [ConfigurationOverride] {
        var list: [ConfigurationOverride] = []
        func add(_ key: String, _ value: String?, _ flag: String) {
            guard let value else { return }
            list.append(ConfigurationOverride(key: key, value: value, flag: "\(flag) \(value)"))
        }
        add("listen", listen.isEmpty ? nil : listen.joined(separator: ","), "--listen")
        add("policy.file", policy, "--policy")
        add("log.level", logLevel, "--log-level")
        return list
    }
}
