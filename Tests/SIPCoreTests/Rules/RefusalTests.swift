import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Requests that the core answers by itself (§16.3, §8.2)")
struct RefusalTests {
    private func answer(
        _ startLine: String = "MESSAGE sip:bob@example.com SIP/2.0", _ fields: [String] = [],
        without: [String] = [], cseq: String = "1 MESSAGE"
    ) -> PhoneMessage? {
        let world = World(PolicyScript { $0.reply(299) })
        let alice = world.phone("alice", "10.0.0.10")
        var lines = [startLine, "Via: SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bK\(startLine.count)"]
        let standard = [
            ("From", "<sip:alice@example.com>;tag=1"), ("To", "<sip:bob@example.com>"), ("Call-ID", "c"),
            ("CSeq", cseq),
        ]
        for (name, value) in standard where !without.contains(name) { lines.append("\(name): \(value)") }
        lines += fields
        alice.sendRaw(lines.joined(separator: "\r\n") + "\r\n\r\n")
        world.advance(1)
        world.expectNothingLeft()
        return alice.received.last
    }

    @Test("a good request reaches the policy")
    func good() { #expect(answer()?.status == 299) }

    @Test("Max-Forwards 0 is 483, more than 255 or no number 400 (§16.3 step 3)")
    func maxForwards() {
        #expect(answer(["Max-Forwards: 0"])?.status == 483)
        #expect(answer(["Max-Forwards: 1"])?.status == 299)
        #expect(answer(["Max-Forwards: 256"])?.status == 400)
        #expect(answer(["Max-Forwards: x"])?.status == 400)
    }

    private func answer(_ fields: [String]) -> PhoneMessage? {
        answer("MESSAGE sip:bob@example.com SIP/2.0", fields)
    }

    @Test("OPTIONS at its last hop is answered here (§16.3 step 3, §11)")
    func optionsAtLastHop() {
        let response = answer("OPTIONS sip:bob@example.com SIP/2.0", ["Max-Forwards: 0"], cseq: "1 OPTIONS")
        #expect(response?.status == 200)
        let malformed = answer("OPTIONS sip:bob@example.com SIP/2.0", ["Max-Forwards: x"], cseq: "1 OPTIONS")
        #expect(malformed?.status == 400)
    }

    @Test(
        "OPTIONS for the server says what it can do, with our Route in it too (§11.2)",
        arguments: [
            [], ["Route: <sip:10.0.0.1;lr>"],
        ])
    func optionsForServer(fields: [String]) {
        let response = answer("OPTIONS sip:example.com SIP/2.0", fields, cseq: "1 OPTIONS")
        #expect(response?.status == 200)
        #expect(response?["Allow"]?.contains("INVITE") == true)
    }

    @Test("Proxy-Require is 420 with Unsupported (§16.3 step 5)")
    func proxyRequire() {
        let response = answer(["Proxy-Require: foo, bar"])
        #expect(response?.status == 420)
        #expect(response?["Unsupported"] == "foo, bar")
    }

    @Test("an unknown URI scheme is 416 (§16.3 step 2), an over-long URI 414, a malformed one 400")
    func requestURI() {
        #expect(answer("MESSAGE http://example.com/ SIP/2.0")?.status == 416)
        let long = "sip:" + String(repeating: "a", count: 2100) + "@example.com"
        #expect(answer("MESSAGE \(long) SIP/2.0")?.status == 414)
        #expect(answer("MESSAGE sip:bob@ SIP/2.0")?.status == 400)
    }

    @Test("another SIP version is 505 (§21.5.6)")
    func version() { #expect(answer("MESSAGE sip:bob@example.com SIP/3.0")?.status == 505) }

    @Test(
        "a missing or malformed mandatory field is 400, and the reason names it (§21.4.1)",
        arguments: [
            "From", "To", "Call-ID", "CSeq",
        ])
    func missing(name: String) {
        let response = answer("MESSAGE sip:bob@example.com SIP/2.0", without: [name])
        #expect(response?.status == 400)
        #expect(response?.reason.contains(name) == true)
    }

    @Test("CSeq with another method, a number too large, or a second Call-ID is 400 (§8.1.1.5, §7.3.1)")
    func inconsistent() {
        #expect(answer("MESSAGE sip:bob@example.com SIP/2.0", cseq: "1 INVITE")?.status == 400)
        #expect(answer("MESSAGE sip:bob@example.com SIP/2.0", cseq: "4294967296 MESSAGE")?.status == 400)
        #expect(answer(["Call-ID: second"])?.status == 400)
        #expect(answer(["Content-Length: 50"])?.status == 400)
    }

    @Test("a request without Via, or no SIP at all, is dropped without an answer (§18.2.1)")
    func unanswerable() {
        let world = World()
        let alice = world.phone("alice", "10.0.0.10")
        for text in ["MESSAGE sip:b@example.com SIP/2.0\r\nCall-ID: x\r\n\r\n", "hello\r\n\r\n", "\r\n\r\n", "\0\u{1}"]
        {
            alice.sendRaw(text)
        }
        world.advance(1)
        #expect(alice.received.isEmpty)
        world.expectNothingLeft()
    }

    @Test("what comes back unchanged is a loop (482), with another Request-URI it is a spiral (RFC 5393 §4.2)")
    func loopAndSpiral() {
        let mirror = PolicyScript { request in
            // 10.0.0.50 sends everything back.
            request.relay("sip:bob@10.0.0.50", .with { $0.hasBranchHook = true })
        }
        let world = World(mirror)
        let reflector = Reflector(world)
        let alice = world.phone("alice", "10.0.0.10")
        let loop = alice.request("MESSAGE", "sip:bob@10.0.0.50")
        world.advance(2)
        #expect(loop.status == 482)
        #expect(world.server.total(\.loops) == 1)
        reflector.changesURI = true
        let spiral = alice.request("MESSAGE", "sip:carol@10.0.0.51")
        world.advance(30)
        #expect(spiral.status == 483 || spiral.status == 482)
        #expect(reflector.count > 30)
        world.expectNothingLeft()
    }

    @Test("more branches than are allowed are not started")
    func branchLimit() {
        let uris = (0..<10).map { "sip:b\($0)@10.0.0.2\($0)" }
        let world = World(forking(uris)) { setup in setup.configure = { $0.maximumBranches = 3 } }
        let phones = (0..<10).map { index in
            let phone = world.phone("b\(index)", "10.0.0.2\(index)")
            phone.behaviour = .rejects(486)
            return phone
        }
        let call = world.phone("alice", "10.0.0.10").invite("sip:b@example.com")
        world.advance(2)
        #expect(phones.count { !$0.calls.isEmpty } == 3)
        #expect(call.final == 408 || call.final == 486)
        world.expectNothingLeft()
    }

    @Test("past the limit of transactions new requests are answered 503 with Retry-After (§21.5.4)")
    func overload() {
        let world = World(PolicyScript { $0.hold() }) { setup in
            setup.shardCount = 1
            setup.configure = { $0.maximumTransactions = 3 }
        }
        let alice = world.phone("alice", "10.0.0.10")
        let exchanges = (0..<5).map { _ in alice.request("MESSAGE", "sip:bob@example.com") }
        world.advance(0.5)
        #expect(exchanges.count { $0.status == 503 } == 2)
        #expect(exchanges.last?.final?["Retry-After"] != nil)
    }
}

/// A host that sends each request back to the server, with its Via on top.
final class Reflector: VirtualEndpoint {
    private let world: World
    private let address = TransportAddress(ip: IPAddress("10.0.0.50")!, port: 5060)
    var changesURI = false
    var count = 0

    init(_ world: World) {
        self.world = world
        world.network.attach(self, .udp, address)
    }

    func received(_ bytes: [UInt8], _ packet: PacketAddresses) {
        guard var message = PhoneMessage(bytes), message.isRequest else { return forwardResponse(bytes) }
        count += 1
        if changesURI { message.startLine = "\(message.method) sip:x\(count)@10.0.0.50 SIP/2.0" }
        let hops = Int(message["Max-Forwards"] ?? "70") ?? 70
        message.fields = message.fields.map { $0.name == "Max-Forwards" ? ($0.name, "\(hops - 1)") : $0 }
        if !changesURI { message.startLine = "\(message.method) sip:bob@10.0.0.50 SIP/2.0" }
        let branch = PhoneMessage.parameter("branch", of: message.all("Via")[0]) ?? ""
        message.fields.insert(("Via", "SIP/2.0/UDP 10.0.0.50:5060;branch=\(branch)x"), at: 0)
        world.network.sendDatagram(message.bytes, from: address, to: packet.source)
    }

    private func forwardResponse(_ bytes: [UInt8]) {
        guard var message = PhoneMessage(bytes) else { return }
        message.fields.removeFirst()
        world.network.sendDatagram(
            message.bytes, from: address, to: TransportAddress(ip: IPAddress("10.0.0.1")!, port: 5060))
    }

    func connectionClosed(_ connection: UInt32) {}
}
