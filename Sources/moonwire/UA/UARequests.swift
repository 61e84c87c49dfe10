import ArgumentParser
import SIPSyntax
import SIPUserAgent

/// `moonwire ua options`.
struct UAOptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "options", abstract: "Ask a URI what it can do (OPTIONS).", discussion: UAExit.help)

    @Argument(help: "Whom to ask: sip:localhost, sip:bob@localhost.")
    var target: URIArgument

    @Option(name: .customLong("as"), help: ArgumentHelp("Who is asking: alice@localhost.", valueName: "uri"))
    var sender: URIArgument?

    @OptionGroup var account: PasswordArguments
    @OptionGroup var network: NetworkArguments

    func run() throws {
        try UASession(network).request("OPTIONS", to: target.uri, from: sender?.uri, body: "", network, account)
    }
}

/// `moonwire ua message`.
struct UAMessage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message", abstract: "Send a text (MESSAGE, RFC 3428).", discussion: UAExit.help)

    @Argument(help: "Whom to send it to: sip:bob@localhost.")
    var target: URIArgument

    @Argument(help: "The text.")
    var text: String

    @Option(name: .customLong("as"), help: ArgumentHelp("Who is sending: alice@localhost.", valueName: "uri"))
    var sender: URIArgument?

    @OptionGroup var account: PasswordArguments
    @OptionGroup var network: NetworkArguments

    func run() throws {
        try UASession(network).request("MESSAGE", to: target.uri, from: sender?.uri, body: text, network, account)
    }
}

/// `moonwire ua register`.
struct UARegister: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "register", abstract: "Add, remove or list the bindings of an address-of-record.",
        discussion: """
            Prints the bindings that there are afterwards. The binding stays when the command has ended; `ua answer` \
            keeps one and answers calls.

            \(UAExit.help)
            """)

    @Argument(help: "The address-of-record: sip:bob@localhost.")
    var address: URIArgument

    @OptionGroup var account: PasswordArguments

    @Option(
        help: ArgumentHelp(
            "A contact to bind or remove; can be given again. Default: this user agent's own.", valueName: "uri"))
    var contact: [URIArgument] = []

    @Option(help: ArgumentHelp("How long the binding is to last.", valueName: "seconds"))
    var expires: UInt32 = 300

    @Flag(help: "Remove the contacts; without --contact all of them.")
    var unregister = false

    @Flag(help: "Change nothing.")
    var query = false

    @OptionGroup var network: NetworkArguments

    func validate() throws {
        if query, unregister || !contact.isEmpty { throw ValidationError("--query stands alone") }
    }

    func run() throws {
        let session = UASession(network)
        let plan = UASession.Plan(
            addressOfRecord: address.uri, target: address.uri, network: network, account: account)
        let (contacts, expires, isQuery, isRemoval) = (contact.map(\.uri), expires, query, unregister)
        try session.run(plan) { userAgent in
            let own = contacts.isEmpty ? [userAgent.configuration.contact] : contacts
            if isQuery {
                userAgent.register(.query)
            } else if isRemoval {
                userAgent.register(contacts.isEmpty ? .removeAll : .remove(contacts))
            } else {
                userAgent.register(.bind(own, seconds: expires))
            }
        } interrupt: { _ in
            session.finish(.failure)
        } onEvent: { event, _ in
            switch event {
            case .registered(let registered), .unregistered(let registered):
                session.show(registered)
                session.finish(.success)
            case .registrationFailed(let failure): session.finish(failure)
            default: break
            }
        }
    }
}

extension UASession {
    /// Sends one request and waits for its end.
    func request(
        _ method: String, to target: SIPURI, from sender: SIPURI?, body: String, _ network: NetworkArguments,
        _ account: PasswordArguments
    ) throws {
        let anonymous = SIPURI(user: "anonymous", host: "anonymous.invalid") ?? target
        let plan = Plan(addressOfRecord: sender ?? anonymous, target: target, network: network, account: account)
        try run(plan) { userAgent in
            userAgent.request(method, to: target, body: body)
        } interrupt: { [self] _ in
            finish(.failure)
        } onEvent: { [self] event, _ in
            switch event {
            case .requestSucceeded(_, let response):
                if method == "OPTIONS" { showCapabilities(response) }
                finish(.success)
            case .requestFailed(_, let failure): finish(failure)
            default: break
            }
        }
    }

    private func showCapabilities(_ response: SIPMessage) {
        let names: [HeaderName] = [.server, .userAgent, .allow, .accept, .supported]
        for index in 0..<response.fieldCount where names.contains(response.fieldName(at: index)) {
            print("\(response.fieldNameText(at: index).string): \(response.fieldValue(at: index).string)")
        }
    }

    fileprivate func show(_ registered: Registered) {
        if registered.bindings.isEmpty { return print("no bindings") }
        for binding in registered.bindings { print("binding \(binding)") }
    }
}
