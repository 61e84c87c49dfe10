import CLinux
import SIPSyntax
import SIPTransaction
import Testing

@testable import SIPTransport

@Suite("Datagrams over loopback")
struct DatagramTests {
    @Test(
        "a request over IPv4 and over IPv6 comes to a shard, and its answer back",
        arguments: [loopbackV4, loopbackV6])
    func echoes(address: IPAddress) throws {
        let server = try TestServer([(.udp, address)])
        let client = try #require(server.client())
        client.send(request(callID: "77", body: "hello"))
        #expect(client.receive() == request(callID: "77", body: "hello"))
        let remote = TransportAddress(ip: address, port: client.port)
        let flow = Flow(transport: .udp, listener: 0, remote: remote)
        #expect(server.log.current == [.message("77", flow)])
        server.layer.stop()
        #expect(server.layer.counters.datagramsReceived == 1)
        #expect(server.layer.counters.datagramsSent == 1)
    }

    @Test("ten thousand datagrams over two sockets are answered, each by the socket that it came to")
    func many() throws {
        let server = try TestServer([(.udp, loopbackV4), (.udp, loopbackV6), (.udp, loopbackV4)], shards: 4)
        let clients = try (0..<3).map { try #require(server.client($0)) }
        for round in 0..<1_000 {
            // No more under way than a receive buffer holds: loopback loses nothing then.
            for client in clients { for number in 0..<4 { client.send(request(callID: "\(round)-\(number)")) } }
            for client in clients {
                let answers = (0..<4).compactMap { _ in client.receive() }
                let expected = (0..<4).map { request(callID: "\(round)-\($0)") }
                #expect(Set(answers) == Set(expected))
            }
        }
        // What was counted last is seen when the threads have ended.
        server.layer.stop()
        #expect(server.layer.counters.datagramsReceived == 12_000)
        #expect(server.layer.counters.datagramsSent == 12_000)
    }

    @Test("one peer's messages of one call come in their order, also when two threads read")
    func order() throws {
        let server = try TestServer([(.udp, loopbackV4)], shards: 2) { _, _, _ in }
        let client = try #require(server.client())
        for number in 0..<1_500 { client.send(request(callID: "\(number)-1")) }
        #expect(server.logs[1].wait { $0.count == 1_500 })
        let seen = server.logs[1].current.map { if case .message(let callID, _) = $0 { callID } else { "" } }
        #expect(seen == (0..<1_500).map { "\($0)-1" })
    }

    @Test("keep-alives and garbage reach no shard and are counted (RFC 5626 §3.5)")
    func keepAlives() throws {
        let server = try TestServer([(.udp, loopbackV4)])
        let client = try #require(server.client())
        for text in ["\r\n", "\r\n\r\n", "", "\0\0\0\0", "hello", "GET / HTTP/1.1\r\n\r\n"] { client.send(text) }
        client.send(request())
        #expect(client.receive() == request())
        #expect(server.layer.counters.keepAlives == 4)
        #expect(server.layer.counters.parseFailures == 2)
        #expect(server.log.current.count == 1)
    }

    @Test("a STUN binding request is answered with the address it came from (RFC 5626 §3.5.2)")
    func stun() throws {
        let server = try TestServer([(.udp, loopbackV4)])
        let client = try #require(server.client())
        let transaction = Array("twelve bytes".utf8)
        client.send([0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + transaction)
        let port = client.port ^ 0x2112
        let expected: [UInt8] =
            [1, 1, 0, 12, 0x21, 0x12, 0xA4, 0x42] + transaction
            + [0, 0x20, 0, 8, 0, 1, UInt8(port >> 8), UInt8(port & 255), 0x7F ^ 0x21, 0x12, 0xA4, 1 ^ 0x42]
        #expect(client.receive() == expected)
    }

    @Test("a datagram that cannot be sent is told to its sender (RFC 3261 §18.4)")
    func failure() throws {
        let server = try TestServer([(.udp, loopbackV4)]) { message, _, outbox in
            // A listener of the other family, one that does not exist, and a stream where none is listened to.
            let v6 = TransportAddress(ip: loopbackV6, port: 9)
            for (sender, flow) in [
                Flow(transport: .udp, listener: 0, remote: v6), Flow(transport: .udp, listener: 9, remote: v6),
                Flow(transport: .tcp, listener: 0, remote: v6),
            ].enumerated() {
                outbox.send(ByteView("x"), to: flow, ticket: SendTicket(shard: 0, sender: UInt64(sender + 1)))
            }
        }
        let client = try #require(server.client())
        client.send(request())
        #expect(server.log.wait { $0.count == 4 })
        #expect(server.log.current.dropFirst() == [.failed(1), .failed(2), .failed(3)])
        #expect(server.layer.counters.sendFailures == 3)
    }

    @Test(
        "an ICMP error is told to the sender of the datagram that it quotes (§18.4)",
        arguments: [loopbackV4, loopbackV6])
    func unreachablePort(address: IPAddress) throws {
        // A port that was free a moment ago.
        var free = cl_address(TransportAddress(ip: address, port: 0))
        let socket = cl_udp_socket(&free, 4_096)
        _ = cl_socket_address(socket, &free)
        cl_close(socket)
        let target = Flow(transport: .udp, listener: 0, remote: TransportAddress(free))
        let server = try TestServer([(.udp, address)]) { message, flow, outbox in
            guard message.value(of: .callID)?.equals("lost") == true else { return echo(message, flow, outbox) }
            outbox.begin()
            message.write(to: outbox.bytes)
            outbox.finish(to: target, ticket: SendTicket(shard: 0, sender: 11))
        }
        let client = try #require(server.client())
        client.send(request(callID: "lost", body: String(repeating: "x", count: 1_000)))
        #expect(server.log.wait { $0.last == .failed(11) })
        // Errors do not stand in the way of what follows.
        for number in 0..<10 {
            client.send(request(callID: "lost"))
            client.send(request(callID: "\(number)"))
            #expect(client.receive() == request(callID: "\(number)"))
        }
        #expect(server.log.wait { log in log.filter { $0 == .failed(11) }.count == 11 })
    }

    @Test("a quiet server fires its timers, and runs what another thread posts")
    func quiet() throws {
        let server = try TestServer([(.udp, loopbackV4)], deadline: .now() + .milliseconds(20))
        #expect(server.log.wait { $0 == [.timer] })
        server.layer.post(.connectionClosed(5), toShard: 0)
        #expect(server.log.wait { $0 == [.timer, .closed(5)] })
    }

    @Test("while one handler is slow another thread reads", arguments: 1...3)
    func slowHandler(round: Int) throws {
        let entered = Watched(false)
        let release = Watched(false)
        let server = try TestServer([(.udp, loopbackV4)], shards: 2) { message, flow, outbox in
            if message.value(of: .callID)?.equals("slow-0") == true {
                entered.change { $0 = true }
                _ = release.wait { $0 }
            }
            echo(message, flow, outbox)
        }
        let client = try #require(server.client())
        client.send(request(callID: "slow-0"))
        #expect(entered.wait { $0 })
        client.send(request(callID: "quick-1"))
        #expect(client.receive() == request(callID: "quick-1"))
        release.change { $0 = true }
        #expect(client.receive() == request(callID: "slow-0"))
    }

    @Test("a busy port is named", arguments: [TransportProtocol.udp, .tcp])
    func busyPort(transport: TransportProtocol) throws {
        let server = try TestServer([(transport, loopbackV4)])
        let address = server.listeners[0].address
        let second = TransportLayer<FakeShard>(listeners: [Listener(index: 0, transport: transport, address: address)])
        let error = #expect(throws: TransportError.self) { try second.bind() }
        #expect(error?.description == "\(transport.uriName):127.0.0.1:\(address.port): address already in use")
        #expect(error?.code == .bind)
    }

    @Test("the real port is known before anything runs")
    func realPort() throws {
        let layer = TransportLayer<FakeShard>(listeners: [
            Listener(index: 0, transport: .udp, address: TransportAddress(ip: loopbackV4, port: 0)),
            Listener(index: 1, transport: .tcp, address: TransportAddress(ip: loopbackV6, port: 0)),
        ])
        let listeners = try layer.bind()
        for listener in listeners {
            #expect(listener.address.port != 0)
            #expect(listener.sentByPort == listener.address.port)
        }
    }
}
