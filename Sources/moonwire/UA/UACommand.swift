import ArgumentParser

/// `moonwire ua`: a user agent for the command line, for trying and checking any SIP server.
struct UACommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ua",
        abstract: "Be a phone without sound: register, call, answer, send a request.",
        discussion: """
            A first call, in two terminals, with the server running:

              moonwire ua answer sip:bob@localhost --password bobs-password
              moonwire ua call sip:bob@localhost --as alice@localhost --password alices-password --for 5

            Requests go to the host of the URI, or to --server. Names are looked up in the system; localhost is \
            127.0.0.1, and ::1 with --ipv6.

            \(UAExit.help)
            """,
        subcommands: [UAAnswer.self, UACall.self, UAOptions.self, UARegister.self, UAMessage.self])
}
