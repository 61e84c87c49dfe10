import SIPSyntax
import SIPTransaction

/// What a server prints when it runs: what it is, and the next command to try.
struct Greeting {
    var parts: ServerParts
    var server: any RunningServer
    /// How the user calls this program.
    var program: String

    var text: String {
        let configuration = parts.configuration
        let lines = [
            "Moonwire \(MoonwireVersion.current)",
            "  configuration  \(configuration.file ?? "built-in (no \(ConfigurationSources.usualFile) here)")",
            "  listening on   \(listeners)",
            "  domains        \(configuration.domains.joined(separator: ", "))",
            "  policy         \(server.policySummary)",
            "  users          \(parts.users.count) in \(configuration.usersFile)",
        ]
        return (lines + ["", "Try next, in other terminals:"] + commands.map { "  \($0)" } + ["Stop: Ctrl-C"])
            .joined(separator: "\n") + "\n"
    }

    private var listeners: String {
        server.listeners.map { listener in
            let bound = "\(listener.transport.uriName):\(listener.address)"
            let name = String(decoding: listener.sentByHost, as: UTF8.self)
            let own = String(decoding: listener.address.ip.textBytes(bracketed: true), as: UTF8.self)
            let isSame = name == own && listener.sentByPort == listener.address.port
            return isSame ? bound : "\(bound) (as \(name):\(listener.sentByPort))"
        }.joined(separator: ", ")
    }

    /// A call needs two users; then one answers, and the other calls.
    private var commands: [String] {
        let domain = parts.configuration.domains.first ?? "localhost"
        let (alice, bob) = ("alice@\(domain)", "bob@\(domain)")
        let add = parts.users.count >= 2 ? [] : ["\(program) user add \(alice)", "\(program) user add \(bob)"]
        return add + [
            "\(program) ua answer sip:\(bob) --password …",
            "\(program) ua call sip:\(bob) --as \(alice) --password …",
        ]
    }
}
