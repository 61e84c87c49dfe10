import CLinux
import Glibc
import SIPSyntax
import SIPTransaction
import Testing

@testable import SIPTransport

@Suite("Connections over loopback")
struct StreamTests {
    private func options(_ change: (inout TransportOptions) -> Void) -> TransportOptions {
        var options = TransportOptions()
        options.datagramThreads = 1
        options.streamThreads = 2
        change(&options)
        return options
    }

    @Test("requests on a connection are answered on it, over IPv4 and IPv6", arguments: [loopbackV4, loopbackV6])
    func echoes(address: IPAddress) throws {
        let server = try TestServer([(.tcp, address)])
        let client = try #require(server.client())
        let both = request(callID: "1", body: "hello") + request(callID: "2")
        // Two in one segment, then one in pieces.
        client.send(both)
        #expect(client.receive(count: both.count) == both)
        let third = request(callID: "3", body: "again")
        client.send(Array(third[..<100]))
        client.send(Array(third[100...]))
        #expect(client.receive(count: third.count) == third)
        let remote = TransportAddress(ip: address, port: client.port)
        guard case .message(_, let flow)? = server.log.current.first else { throw Missing() }
        #expect(flow == Flow(transport: .tcp, listener: 0, remote: remote, connection: flow.connection))
        #expect(flow.connection != 0)
        #expect(server.log.current == ["1", "2", "3"].map { .message($0, flow) })
    }

    @Test("a double CRLF is answered with one CRLF (RFC 5626 §4.4.1)")
    func ping() throws {
        let server = try TestServer([(.tcp, loopbackV4)])
        let client = try #require(server.client())
        client.send("\r\n\r\n")
        #expect(client.receive() == Array("\r\n".utf8))
        client.send("\r\n")
        client.send(request())
        #expect(client.receive() == request())
    }

    @Test("every shard hears once that a connection which carried messages is closed")
    func closed() throws {
        let server = try TestServer([(.tcp, loopbackV4)], shards: 3)
        var client = server.client()
        client?.send(request(callID: "1"))
        #expect(client?.receive() == request(callID: "1"))
        guard case .message(_, let flow)? = server.logs[1].current.first else { throw Missing() }
        client = nil
        for log in server.logs { #expect(log.wait { $0.last == .closed(flow.connection) }) }
        #expect(server.logs.map(\.current.count) == [1, 2, 1])
    }

    @Test("a peer that has stopped sending still gets its answer")
    func halfClosed() throws {
        let server = try TestServer([(.tcp, loopbackV4)])
        let client = try #require(server.client())
        client.send(request())
        client.shutdownSending()
        #expect(client.receive(count: request().count) == request())
    }

    @Test("bytes that are no SIP close the connection, and are counted")
    func garbage() throws {
        let server = try TestServer([(.tcp, loopbackV4)])
        let client = try #require(server.client())
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.receive() == [])
        #expect(server.layer.counters.parseFailures == 1)
        #expect(server.log.current == [])
    }

    @Test("a header that drips, and a connection that brings nothing, are closed in time")
    func slowDrip() throws {
        let server = try TestServer(
            [(.tcp, loopbackV4)],
            options: options {
                $0.messageTimeout = .milliseconds(50)
                $0.firstMessageTimeout = .milliseconds(100)
            })
        let dripping = try #require(server.client())
        let silent = try #require(server.client())
        dripping.send("OPTIONS sip:a SIP/2.0\r\n")
        #expect(dripping.receive() == [])
        #expect(silent.receive() == [])
        #expect(server.layer.counters.timedOut == 2)
    }

    @Test("an idle connection is closed, one that keeps itself alive is not")
    func idle() throws {
        let server = try TestServer([(.tcp, loopbackV4)], options: options { $0.idleTimeout = .milliseconds(700) })
        let idle = try #require(server.client())
        let busy = try #require(server.client())
        idle.send(request(callID: "1"))
        busy.send(request(callID: "2"))
        #expect(idle.receive() == request(callID: "1"))
        #expect(busy.receive() == request(callID: "2"))
        while !idle.hasEnded {
            busy.send("\r\n\r\n")
            #expect(busy.receive() == Array("\r\n".utf8))
        }
        #expect(server.layer.counters.timedOut == 1)
        busy.send(request(callID: "3"))
        #expect(busy.receive() == request(callID: "3"))
    }

    @Test("more connections than one source may have are closed at once, and places are given back")
    func perSource() throws {
        let server = try TestServer([(.tcp, loopbackV4)], options: options { $0.maxConnectionsPerSource = 2 })
        var clients = try (0..<2).map { _ in try #require(server.client()) }
        for client in clients {
            client.send(request())
            #expect(client.receive() == request())
        }
        let third = try #require(server.client())
        #expect((third.receive() ?? []).isEmpty)
        #expect(server.layer.counters.connectionsRefused == 1)
        clients[0].send("no SIP at all\r\n")
        #expect(clients[0].receive() == [])
        clients.removeFirst()
        // The place is free when the server has seen the end; until then a newcomer is turned away.
        var answered = false
        for _ in 0..<10_000 where !answered {
            let next = try #require(server.client())
            next.send(request())
            answered = next.receive() == request()
        }
        #expect(answered)
    }

    @Test("a peer that never reads is cut off when too much waits for it, and the sender is told")
    func slowReader() throws {
        let server = try TestServer(
            [(.tcp, loopbackV4)], options: options { $0.maxPendingWriteBytes = 100_000 }
        ) { message, flow, outbox in
            // Much more than the kernel's buffers take.
            for _ in 0..<400 {
                outbox.begin()
                message.write(to: outbox.bytes)
                outbox.finish(to: flow, ticket: SendTicket(shard: 0, sender: 9))
            }
        }
        let client = try #require(server.client())
        let large = request(body: String(repeating: "x", count: 60_000))
        client.send(large)
        #expect(server.log.wait { $0.contains(.failed(9)) })
        #expect(server.log.wait { log in log.contains { if case .closed = $0 { true } else { false } } })
        #expect(server.layer.counters.slowReadersClosed == 1)
    }

    private struct Missing: Error {}
}
