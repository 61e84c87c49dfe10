import ArgumentParser
import SIPSyntax
import SIPTransaction
import SIPUserAgent

/// `moonwire ua answer`.
struct UAAnswer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Register and answer calls until interrupted.",
        discussion: """
            Without a server that registers, --no-register answers whoever sends a call to the --listen address:

              moonwire ua answer sip:bob@127.0.0.1 --no-register --listen udp:127.0.0.1:5070
              moonwire ua call sip:bob@127.0.0.1:5070 --for 2

            \(UAExit.help)
            """)

    @Argument(help: "The address-of-record: sip:bob@localhost.")
    var address: URIArgument

    @OptionGroup var account: PasswordArguments

    @Option(help: "The final status of calls: 200 accepts, 300 to 699 refuses.")
    var status = 200

    @Option(help: ArgumentHelp("Ring for so long before the final status.", valueName: "seconds"))
    var ring = 0.0

    @Option(name: .customLong("for"), help: ArgumentHelp("Hang up so long after the answer.", valueName: "seconds"))
    var length: Double?

    @Flag(help: "End when the first call has ended.")
    var once = false

    @Option(help: ArgumentHelp("How long a registration is to last; it is renewed in time.", valueName: "seconds"))
    var expires: UInt32 = 300

    @Flag(name: .customLong("no-register"), help: "Only listen.")
    var isUnregistered = false

    @OptionGroup var network: NetworkArguments

    func validate() throws {
        guard status == 200 || 300...699 ~= status else { throw ValidationError("--status is 200 or 300 to 699") }
        guard expires > 0 else { throw ValidationError("--expires is above 0") }
        for value in [ring, length ?? 0] where value < 0 || value > 86_400 {
            throw ValidationError("seconds are 0 to 86400")
        }
    }

    func run() throws {
        let session = UASession(network)
        var plan = UASession.Plan(
            addressOfRecord: address.uri, target: address.uri, network: network, account: account)
        plan.answering.status = status
        plan.answering.ringing = .seconds(ring)
        plan.answering.duration = length.map { .seconds($0) }
        let (isRegistering, expires, isOnce, name) = (!isUnregistered, expires, once, address.uri.description)
        try session.run(plan) { userAgent in
            session.say("listening as \(userAgent.configuration.contact)")
            if isRegistering { userAgent.keepRegistered(seconds: expires) }
        } interrupt: { userAgent in
            userAgent.hangUpAll()
            if userAgent.callCount == 0 { userAgent.unregister() }
        } onEvent: { event, userAgent in
            switch event {
            case .registered(let registered):
                if !session.hasStarted { session.say("registered \(name) for \(registered.seconds) s") }
                session.noteStart()
            case .registrationFailed(let failure):
                guard session.hasStarted, !session.isInterrupted else { return session.finish(failure) }
                session.complain("\(failure.text); trying again in 30 s")
            case .unregistered: session.finish(.success)
            case .callEstablished: session.say("call established")
            case .callEnded(_, let end):
                session.say(end.text)
                if isOnce || session.isInterrupted, userAgent.callCount == 0 { userAgent.unregister() }
            case .messageReceived(let from, let text): session.print("message from \(from): \(text)")
            default: break
            }
        }
    }
}
