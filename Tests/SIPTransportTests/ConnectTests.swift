import CLinux
import SIPSyntax
import SIPTransaction
import Synchronization
import Testing

@testable import SIPTransport

@Suite("Connections that this server opens (RFC 3261 §18.1.1)")
struct ConnectTests {
    /// A server that relays each request from UDP to a TCP address, with a ticket.
    private func relay(to target: TransportAddress) throws -> TestServer {
        try TestServer([(.udp, loopbackV4), (.tcp, loopbackV4)]) { message, flow, outbox in
            guard message.isRequest, flow.transport == .udp else { return }
            outbox.begin()
            message.write(to: outbox.bytes)
            outbox.finish(
                to: Flow(transport: .tcp, listener: 1, remote: target), ticket: SendTicket(shard: 0, sender: 5))
        }
    }

    @Test("a connection is opened on demand, once for many messages, and used again")
    func opensAndReuses() throws {
        let peer = try TestServer([(.tcp, loopbackV4)])
        let server = try relay(to: peer.listeners[0].address)
        let client = try #require(server.client())
        for number in 0..<20 { client.send(request(callID: "\(number)")) }
        #expect(peer.log.wait { $0.count == 20 })
        let seen = peer.log.current.map { if case .message(let callID, _) = $0 { callID } else { "" } }
        #expect(seen == (0..<20).map(String.init))
        // What comes back on the connection reaches a shard, too, with the connection's flow.
        #expect(server.log.wait { $0.count == 40 })
        #expect(server.layer.counters.connectionsOpened == 1)
        #expect(peer.layer.counters.connectionsAccepted == 1)
    }

    @Test("a message to a port where nobody listens is told to its sender (§18.4)")
    func refused() throws {
        // A port that was free a moment ago.
        var address = cl_address(TransportAddress(ip: loopbackV4, port: 0))
        let socket = cl_tcp_listener(&address, 1)
        _ = cl_socket_address(socket, &address)
        cl_close(socket)
        let server = try relay(to: TransportAddress(address))
        let client = try #require(server.client())
        client.send(request())
        #expect(server.log.wait { $0.contains(.failed(5)) })
        #expect(server.layer.counters.connectFailures == 1)
    }

    @Test("a message for a connection that is gone is told to its sender")
    func gone() throws {
        let server = try TestServer([(.udp, loopbackV4), (.tcp, loopbackV4)]) { message, flow, outbox in
            var target = flow
            target.transport = .tcp
            target.connection = 4_001
            outbox.send(ByteView("x"), to: target, ticket: SendTicket(shard: 0, sender: 6))
        }
        let client = try #require(server.client())
        client.send(request())
        #expect(server.log.wait { $0.last == .failed(6) })
    }

    @Test("a request to a peer that has connected to us goes over its connection")
    func reusesInbound() throws {
        let peerFlow = Mutex<Flow?>(nil)
        let server = try TestServer([(.tcp, loopbackV4), (.udp, loopbackV4)]) { message, flow, outbox in
            if flow.transport == .tcp { return peerFlow.withLock { $0 = flow } }
            guard var target = peerFlow.withLock({ $0 }) else { return }
            target.connection = 0
            echo(message, target, outbox)
        }
        let phone = try #require(server.client(0))
        phone.send(request(callID: "register"))
        #expect(server.log.wait { $0.count == 1 })
        let caller = try #require(server.client(1))
        caller.send(request(callID: "call"))
        #expect(phone.receive() == request(callID: "call"))
        #expect(server.layer.counters.connectionsOpened == 0)
    }
}
