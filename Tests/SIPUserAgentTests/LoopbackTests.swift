import SIPSyntax
import SIPTransaction
import SIPTransport
import Synchronization
import Testing

@testable import SIPUserAgent

@Suite("Two user agents on loopback sockets", .timeLimit(.minutes(1)))
struct LoopbackTests {
    private static let v4 = IPAddress(v4: 0x7F00_0001)
    private static let v6 = IPAddress(v6High: 0, low: 1)

    /// A user agent and the stream of its events.
    private func host(
        _ user: String, _ transport: TransportProtocol, _ ip: IPAddress, server: ServerAddress? = nil,
        _ configure: (inout UserAgentConfiguration) -> Void = { _ in }
    ) throws -> (UserAgentHost, AsyncStream<String>) {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        var options = UserAgentHost.Options(local: TransportAddress(ip: ip, port: 0))
        options.transport = transport
        options.server = server
        let host = try UserAgentHost(
            options, addressOfRecord: uri("sip:\(user)@localhost"), configure: configure
        ) { event, _ in
            continuation.yield(name(of: event))
        }
        return (host, stream)
    }

    private func until(_ prefix: String, _ stream: AsyncStream<String>) async -> [String] {
        var seen: [String] = []
        for await event in stream {
            seen.append(event)
            if event.hasPrefix(prefix) { break }
        }
        return seen
    }

    @Test(
        "a call is made and ended over every transport and family (§13, §15, §18)",
        arguments: [TransportProtocol.udp, .tcp], [v4, v6])
    func call(_ transport: TransportProtocol, _ ip: IPAddress) async throws {
        let (bob, bobEvents) = try host("bob", transport, ip) { $0.answering.ringing = .milliseconds(20) }
        defer { bob.stop() }
        let server = ServerAddress(transport: transport, address: bob.listeners[0].address)
        let (alice, aliceEvents) = try host("alice", transport, ip, server: server)
        defer { alice.stop() }
        alice.perform { userAgent in
            var options = CallOptions()
            options.duration = .milliseconds(20)
            userAgent.call(uri("sip:bob@localhost"), options)
        }
        #expect(await until("ended", aliceEvents) == ["progress 180", "established", "ended: hungUp"])
        #expect(
            await until("ended", bobEvents) == [
                "call from sip:alice@localhost", "established", "ended: hungUpByPeer",
            ])
    }

    @Test("a refused TCP connection is a transport failure (§18.4)")
    func connectionRefused() async throws {
        let (gone, _) = try host("gone", .tcp, LoopbackTests.v4)
        let address = gone.listeners[0].address
        gone.stop()
        let (alice, events) = try host(
            "alice", .tcp, LoopbackTests.v4, server: ServerAddress(transport: .tcp, address: address))
        defer { alice.stop() }
        alice.perform { $0.request("OPTIONS", to: uri("sip:localhost")) }
        #expect(await until("request failed", events) == ["request failed: transport"])
    }

    @Test("the ladder shows each message with its direction, and the time of responses")
    func ladder() async throws {
        let (bob, _) = try host("bob", .udp, LoopbackTests.v4)
        defer { bob.stop() }
        let collected = Collected()
        var options = UserAgentHost.Options(local: TransportAddress(ip: LoopbackTests.v4, port: 0))
        options.server = ServerAddress(transport: .udp, address: bob.listeners[0].address)
        options.ladder = { Ladder(isVerbose: false) { collected.add($0) } }
        let (stream, continuation) = AsyncStream<String>.makeStream()
        let alice = try UserAgentHost(options, addressOfRecord: uri("sip:alice@localhost")) { event, _ in
            continuation.yield(name(of: event))
        }
        defer { alice.stop() }
        alice.perform { $0.request("MESSAGE", to: uri("sip:bob@localhost"), body: "hello") }
        #expect(await until("success", stream) == ["success 200"])
        #expect(collected.lines.first == "→ MESSAGE sip:bob@localhost")
        #expect(collected.lines.last?.hasPrefix("← 200 OK to MESSAGE (0.") == true)
    }

    @Test("the address that leads to a loopback address is a loopback address")
    func localAddress() {
        #expect(SystemAddresses.local(for: LoopbackTests.v4) == LoopbackTests.v4)
        #expect(SystemAddresses.local(for: LoopbackTests.v6) == LoopbackTests.v6)
        #expect(SystemAddresses.addresses(of: "localhost").first == LoopbackTests.v4)
        #expect(SystemAddresses.addresses(of: "[::1]") == [LoopbackTests.v6])
    }

    @Test("a URI says where to send: numeric host, port and transport (RFC 3263 §4)")
    func serverAddress() throws {
        let tcp = try ServerAddress.resolve(uri("sip:bob@127.0.0.1:5070;transport=tcp"))
        #expect(tcp == ServerAddress(transport: .tcp, address: TransportAddress(ip: LoopbackTests.v4, port: 5070)))
        let udp = try ServerAddress.resolve(uri("sip:bob@[::1]"))
        #expect(udp == ServerAddress(transport: .udp, address: TransportAddress(ip: LoopbackTests.v6, port: 5060)))
        #expect(throws: ServerAddress.Failure.unsupported("transport tls")) {
            try ServerAddress.resolve(uri("sip:127.0.0.1;transport=tls"))
        }
    }
}

/// Lines that threads write.
private final class Collected: Sendable {
    private let state = Mutex<[String]>([])

    func add(_ line: String) { state.withLock { $0.append(line) } }

    var lines: [String] { state.withLock { $0 } }
}
