import SIPProxy
import SIPSyntax
import SIPTransaction
import Testing

@testable import MoonwireServer

@Suite("Listeners of the configuration")
struct ListenerTests {
    private let machine = [
        IPAddress(v4: 0xC000_0207), IPAddress(v6High: 0x2001_0DB8 << 32, low: 7), IPAddress(v4: 0x7F00_0001),
        IPAddress(v6High: 0, low: 1),
    ]

    private func configuration(_ listen: String, _ advertise: String = "") throws -> ServerConfiguration {
        try ConfigurationHarness.load(
            "",
            environment: ["MOONWIRE_LISTEN": listen].merging(
                advertise.isEmpty ? [:] : ["MOONWIRE_ADVERTISE": advertise]
            ) { $1 })
    }

    private func names(_ configuration: ServerConfiguration) -> [String] {
        configuration.listeners(machine: machine).map {
            "\(String(decoding: $0.sentByHost, as: UTF8.self)) \($0.sentByPort)"
        }
    }

    @Test("a listener calls itself by its address, or by what it advertises (RFC 3261 §18.1.1)")
    func sentBy() throws {
        let own = try configuration("udp:127.0.0.1:5070,tcp:[::1]:5070")
        #expect(names(own) == ["127.0.0.1 5070", "[::1] 5070"])
        let advertised = try configuration(
            "udp:127.0.0.1:5070,tcp:127.0.0.1:5070", "udp:127.0.0.1:5070=sip.example.com:5060")
        #expect(names(advertised) == ["sip.example.com 5060", "127.0.0.1 5070"])
    }

    @Test("a listener on a wildcard address calls itself by the machine's first address of that family")
    func wildcard() throws {
        #expect(names(try configuration("udp:0.0.0.0:5060,udp:[::]:5060")) == ["192.0.2.7 5060", "[2001:db8::7] 5060"])
        let configuration = try configuration("udp:0.0.0.0:5060,tcp:[::1]:5061")
        let identity = configuration.identity(bound: configuration.listeners(machine: machine), machine: machine)
        #expect(identity.addresses.map(\.description) == ["192.0.2.7:5060", "127.0.0.1:5060", "[::1]:5061"])
        #expect(identity.domains == [Array("localhost".utf8)])
    }

    @Test("this machine has a loopback address, behind those that others reach")
    func machineAddresses() {
        let all = MachineAddresses.all()
        let first = all.firstIndex { $0.isLoopback }
        #expect(first != nil)
        #expect(all[(first ?? 0)...].allSatisfy { $0.isLoopback || $0.isIPv6 })
    }
}
