import Glibc
import Logging
import SIPSyntax
import SIPTransaction
import Testing

@testable import MoonwireServer

/// A server that is only said to run.
private struct SilentServer: RunningServer {
    var listeners: [Listener]
    var policySummary: String { "Config/policy.lua (request)" }
    func stop() {}
}

@Suite("The life of a server process")
struct ServerRunTests {
    private func greeting(users: [String]) throws -> String {
        let folder = try TemporaryFolder()
        var configuration = try ConfigurationHarness.load("listen: [\"udp:0.0.0.0:5060\", \"tcp:127.0.0.1:5070\"]")
        configuration.file = "Config/moonwire.yaml"
        configuration.usersFile = folder.path("users")
        configuration.keysFile = folder.path("keys")
        for user in users {
            try UserFile(path: configuration.usersFile)
                .add(UserRecord(user: UserName(parsing: user), password: "x"))
        }
        let parts = try ServerParts(configuration: configuration, logger: Logger(label: "test"))
        let listeners = configuration.listeners(machine: [IPAddress(v4: 0xC000_0207)])
        let greeting = Greeting(parts: parts, server: SilentServer(listeners: listeners), program: "moonwire")
        return greeting.text.replacing(folder.path + "/", with: "")
    }

    @Test("the start says where it listens, which policy and users it has, and what to try next")
    func greetingWithoutUsers() throws {
        #expect(
            try greeting(users: []) == """
                Moonwire 0.1.0
                  configuration  Config/moonwire.yaml
                  listening on   udp:0.0.0.0:5060 (as 192.0.2.7:5060), tcp:127.0.0.1:5070
                  domains        localhost
                  policy         Config/policy.lua (request)
                  users          0 in users

                Try next, in other terminals:
                  moonwire user add alice@localhost
                  moonwire user add bob@localhost
                  moonwire ua answer sip:bob@localhost --password …
                  moonwire ua call sip:bob@localhost --as alice@localhost --password …
                Stop: Ctrl-C

                """)
    }

    @Test("with users there, the next thing to try is a call")
    func greetingWithUsers() throws {
        let text = try greeting(users: ["alice@localhost", "bob@localhost"])
        #expect(text.contains("users          2 in users\n"))
        #expect(text.contains("terminals:\n  moonwire ua answer"))
    }

    @Test("SIGTERM and SIGINT are waited for", arguments: [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")])
    func signals(_ number: Int32, _ name: String) {
        StopSignals.hold()
        pthread_kill(pthread_self(), number)
        #expect(StopSignals.wait() == name)
        StopSignals.release()
    }

    @Test("parts need keys and users that only the owner can read")
    func parts() throws {
        let folder = try TemporaryFolder()
        var configuration = ServerConfiguration()
        configuration.usersFile = try folder.write("", to: "users", mode: 0o644)
        configuration.keysFile = folder.path("keys")
        #expect(throws: PrivateFileError.self) {
            try ServerParts(configuration: configuration, logger: Logger(label: "test"))
        }
    }
}
