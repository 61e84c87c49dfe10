import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

/// A network with one server and a script for its policy.
struct World {
    let network: VirtualNetwork
    let server: VirtualServer
    let script: PolicyScript

    init(
        seed: UInt64 = 1, _ script: PolicyScript = .office(), _ change: (inout ServerSetup) -> Void = { _ in }
    ) {
        network = VirtualNetwork(seed: seed)
        self.script = script
        var setup = ServerSetup(ip: "10.0.0.1")
        change(&setup)
        server = network.addServer(setup, makeUser: script.makeUser)
    }

    func phone(_ name: String, _ ip: String, _ change: (inout PhoneSetup) -> Void = { _ in }) -> VirtualPhone {
        network.addPhone(name, ip: ip, server: server, change)
    }

    /// A phone that has registered.
    func registered(
        _ name: String, _ ip: String, _ behaviour: PhoneBehaviour = .answers(),
        _ change: (inout PhoneSetup) -> Void = { _ in }
    ) -> VirtualPhone {
        let phone = phone(name, ip, change)
        phone.behaviour = behaviour
        phone.register()
        advance(0.1)
        return phone
    }

    func advance(_ seconds: Double) { network.advance(by: .seconds(seconds)) }

    /// Lets 64·T1 pass and looks that the server has forgotten everything.
    func expectNothingLeft(after seconds: Double = 40, _ location: SourceLocation = #_sourceLocation) {
        advance(seconds)
        #expect(server.transactionCount == 0, "transactions are left", sourceLocation: location)
        #expect(server.timerCount == 0, "timers are left", sourceLocation: location)
        #expect(script.openCount == 0, "response contexts are left", sourceLocation: location)
    }
}

extension AttemptOptions {
    /// Options with what `change` sets.
    static func with(_ change: (inout AttemptOptions) -> Void) -> AttemptOptions {
        var options = AttemptOptions()
        change(&options)
        return options
    }
}

/// A policy that tries these URIs for every request outside of a dialog, record-routed.
func forking(
    _ uris: [String], _ options: AttemptOptions = AttemptOptions(), recordRoutes: Bool = true
) -> PolicyScript {
    PolicyScript { request in
        if request.context.isInDialog || request.method == "ACK" { return request.relay() }
        if recordRoutes { request.recordRoute() }
        request.fork(uris: uris, options)
    }
}
