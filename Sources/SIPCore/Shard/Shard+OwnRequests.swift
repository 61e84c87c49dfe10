import SIPProxy
public import SIPSyntax
import SIPTokens
public import SIPTransaction

/// A request that this server makes itself, as a user agent client (§8.1).
public struct OwnRequest: Sendable {
    public var method: [UInt8]
    /// The Request-URI.
    public var uri: [UInt8]
    /// Values of From (with its tag), To, Call-ID; the number of CSeq.
    public var from: [UInt8]
    public var to: [UInt8]
    public var callID: [UInt8]
    public var cseq: UInt32
    /// Route values, in order.
    public var routes: [[UInt8]] = []
    /// Header fields to add, in order.
    public var headers: [(name: [UInt8], value: [UInt8])] = []
    public var body: [UInt8] = []

    public init(
        method: [UInt8], uri: [UInt8], from: [UInt8], to: [UInt8], callID: [UInt8], cseq: UInt32
    ) {
        self.method = method
        self.uri = uri
        self.from = from
        self.to = to
        self.callID = callID
        self.cseq = cseq
    }

    /// The message without a Via, which the shard adds.
    public func message() throws(SIPParseError) -> SIPMessage {
        let out = ByteWriter(capacity: 1024)
        out.append(method)
        out.append(UInt8(ascii: " "))
        out.append(uri)
        out.append(" SIP/2.0\r\n")
        for route in routes { line("Route", route, out) }
        line("Max-Forwards", ByteView("70").array, out)
        line("From", from, out)
        line("To", to, out)
        line("Call-ID", callID, out)
        out.append("CSeq: ")
        out.append(decimal: UInt64(cseq))
        out.append(UInt8(ascii: " "))
        out.append(method)
        out.append("\r\n")
        for header in headers {
            out.append(header.name)
            out.append(": ")
            out.append(header.value)
            out.append("\r\n")
        }
        out.append("Content-Length: ")
        out.append(decimal: UInt64(body.count))
        out.append("\r\n\r\n")
        out.append(body)
        return try SIPMessage(parsing: out.view)
    }

    private func line(_ name: StaticString, _ value: [UInt8], _ out: ByteWriter) {
        out.append(name)
        out.append(": ")
        out.append(value)
        out.append("\r\n")
    }
}

extension Shard {
    /// Sends a request of our own; its responses come to the user under the originator's number.
    ///
    /// - Parameter flow: where to send it; nil asks the Route or Request-URI (§8.1.2).
    public func originate(
        _ request: SIPMessage, flow: Flow? = nil, listener: UInt16? = nil, originator: UInt64
    ) {
        withHop(request, flow, listener) { [unowned self] hop in
            guard let (complete, flow, transaction) = self.makeOwn(request, hop, originator) else {
                self.pendingUserCalls.append(.ownRequestEnded(originator, .transportFailure))
                return
            }
            transaction.request = complete
            _ = flow
            self.ownRequests[originator] = transaction.number
            self.start(transaction)
        }
    }

    private func makeOwn(
        _ request: SIPMessage, _ hop: NextHop?, _ originator: UInt64
    ) -> (SIPMessage, Flow, ClientTransaction)? {
        guard let hop, let listener = listener(for: hop) else { return nil }
        let flow = hop.flow ?? Flow(transport: hop.transport, listener: listener.index, remote: hop.address)
        var complete = request
        let transaction = makeClient(request, flow, .originator(originator))
        let token = BranchToken(shard: index, kind: .stateful, number: transaction.number, loopHash: 0)
        BranchBuilder.addVia(
            &complete, listener: listener, branch: token, keys: configuration.keys, scratch: scratch)
        return (complete, flow, transaction)
    }

    private func listener(for hop: NextHop) -> Listener? { listener(for: hop, preferred: 0) }

    private func withHop(
        _ request: SIPMessage, _ flow: Flow?, _ listener: UInt16?, _ body: @escaping (NextHop?) -> Void
    ) {
        if let flow {
            return body(NextHop(transport: flow.transport, address: flow.remote, flow: flow, listener: listener))
        }
        switch NextHopPlan.hops(for: request, listener: listener, self) {
        case .hops(let hops): body(hops.first { self.listener(for: $0) != nil })
        case .unsupported: body(nil)
        case .name(let host, let port, let transport):
            addresses(of: host) { found in
                let hops = NextHop.list(found, port, transport, listener)
                body(hops.first { self.listener(for: $0) != nil })
            }
        }
    }

    /// Sends a request that has no transaction: the ACK of a 2xx to our own INVITE (§13.2.2.4).
    public func sendWithoutTransaction(_ request: SIPMessage, flow: Flow? = nil) {
        withHop(request, flow, nil) { [unowned self] hop in
            guard let hop, let listener = self.listener(for: hop) else { return }
            var complete = request
            // A number that no transaction has (their generations are small): an ACK must not share the branch of a
            // request of ours, or it would be taken for the ACK of that one.
            self.looseNumber &+= 1
            let token = BranchToken(
                shard: self.index, kind: .stateful, number: 1 << 63 | self.looseNumber, loopHash: 0)
            BranchBuilder.addVia(
                &complete, listener: listener, branch: token, keys: self.configuration.keys, scratch: self.scratch)
            self.outbox.begin()
            complete.write(to: self.outbox.bytes)
            self.outbox.finish(
                to: hop.flow ?? Flow(transport: hop.transport, listener: listener.index, remote: hop.address))
        }
    }

    /// Cancels an INVITE of our own (§9.1).
    public func cancelOwnRequest(_ originator: UInt64) {
        guard let number = ownRequests[originator], let transaction = clients[number] else { return }
        cancel(transaction)
    }

    /// Calls `body` as an event of this shard that came from outside: user calls follow in order.
    public func perform(now: SIPInstant, outbox: Outbox, _ body: () -> Void) {
        enter(now, outbox)
        body()
        runUserCalls()
    }
}
