import ArgumentParser
import SIPSyntax
import SIPTransaction
import SIPUserAgent

/// `moonwire ua call`.
struct UACall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Call a URI and print what happens.",
        discussion: """
            The call lasts until one side hangs up: this side after --for seconds or at the first interrupt.

            \(UAExit.help)
            """)

    @Argument(help: "Whom to call: sip:bob@localhost.")
    var target: URIArgument

    @Option(name: .customLong("as"), help: ArgumentHelp("Who is calling: alice@localhost.", valueName: "uri"))
    var caller: URIArgument?

    @OptionGroup var account: PasswordArguments

    @Flag(help: "Register first, and remove the binding in the end.")
    var register = false

    @Option(name: .customLong("for"), help: ArgumentHelp("Hang up so long after the answer.", valueName: "seconds"))
    var length: Double?

    @Option(
        help: ArgumentHelp(
            "Cancel when nobody has answered after so long; done well, that is exit code 0.", valueName: "seconds"))
    var cancelAfter: Double?

    @Option(help: ArgumentHelp("Give up when nobody has answered after so long.", valueName: "seconds"))
    var timeout: Double = 30

    @OptionGroup var network: NetworkArguments

    func validate() throws {
        if register, caller == nil { throw ValidationError("--register needs --as") }
        for value in [length, cancelAfter, timeout] {
            if let value, value < 0 || value > 86_400 { throw ValidationError("seconds are 0 to 86400") }
        }
    }

    private var options: CallOptions {
        var options = CallOptions()
        options.duration = length.map { .seconds($0) }
        options.cancelAfter = cancelAfter.map { .seconds($0) }
        options.answerLimit = .seconds(timeout)
        return options
    }

    func run() throws {
        let session = UASession(network)
        let anonymous = SIPURI(user: "anonymous", host: "anonymous.invalid") ?? target.uri
        let plan = UASession.Plan(
            addressOfRecord: caller?.uri ?? anonymous, target: register ? caller?.uri ?? target.uri : target.uri,
            network: network, account: account)
        let (target, options, isRegistering, length) = (target.uri, options, register, length)
        try session.run(plan) { userAgent in
            if isRegistering { userAgent.keepRegistered(seconds: 300) } else { userAgent.call(target, options) }
        } interrupt: { userAgent in
            userAgent.hangUpAll()
            guard userAgent.callCount == 0 else { return }
            session.note(.failure)
            if isRegistering { userAgent.unregister() } else { session.finish(.failure) }
        } onEvent: { event, userAgent in
            switch event {
            case .registered:
                if userAgent.callCount == 0 { userAgent.call(target, options) }
            case .registrationFailed(let failure):
                if userAgent.callCount == 0 { session.finish(failure) }
            case .unregistered: session.finish(.success)
            case .callEstablished:
                session.say(
                    length.map { "answered; hanging up after \(Self.text($0)) s" } ?? "answered; ^C hangs up")
            case .callReceived(let number, from: _): userAgent.hangUp(number)
            case .callEnded(_, let end):
                report(end, session)
                if isRegistering { userAgent.unregister() } else { session.finish(UAExit.code(of: end)) }
            default: break
            }
        }
    }

    private func report(_ end: CallEnd, _ session: UASession) {
        let code = UAExit.code(of: end)
        if code == .success { session.say(end.text) } else { session.complain(end.text) }
        if register, code != .success { session.note(code) }
    }

    private static func text(_ seconds: Double) -> String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}
