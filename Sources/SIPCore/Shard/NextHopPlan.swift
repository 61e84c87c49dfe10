import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

/// Where a branch's request goes next (§16.6 step 7, §18.1.1).
enum NextHopPlan {
    enum Outcome {
        case hops([NextHop])
        /// The host is a name.
        case name([UInt8], UInt16, TransportProtocol)
        /// A scheme or transport that no listener has.
        case unsupported
    }

    static func hops(
        for request: borrowing SIPMessage, _ target: borrowing Target, _ context: ResponseContext, _ shard: Shard
    ) -> Outcome {
        if let flow = knownFlow(target, context, request, shard) {
            return .hops([NextHop(transport: flow.transport, address: flow.remote, flow: flow, listener: nil)])
        }
        let listener = target.listener ?? (target.uri == nil ? context.route.outgoingListener : nil)
        return hops(for: request, listener: listener, shard)
    }

    /// The hops of a request by its Route or Request-URI alone.
    static func hops(for request: borrowing SIPMessage, listener: UInt16?, _ shard: Shard) -> Outcome {
        let size = request.byteCount
        return withNextURI(of: request) { text in
            guard let uri = URILayout(text), let host = uri.host(in: text) else { return .unsupported }
            return plan(text, uri, host, listener, size, shard)
        }
    }

    /// The flow of the contact, or of the dialog's other end when nothing is left of the route set.
    private static func knownFlow(
        _ target: borrowing Target, _ context: ResponseContext, _ request: borrowing SIPMessage, _ shard: Shard
    ) -> Flow? {
        if let flow = target.flow { return flow }
        guard target.uri == nil, context.isInDialog, !request.has(.route) else { return nil }
        return shard.liveFlow(of: context)
    }

    /// The first Route's URI, or the Request-URI.
    private static func withNextURI(
        of request: borrowing SIPMessage, _ body: (ByteView) -> Outcome
    ) -> Outcome {
        guard let value = request.value(of: .route) else { return body(request.requestURI) }
        var elements = HeaderElements(value)
        guard let range = elements.next(), let route = NameAddrLayout(value[range]),
            let text = route.uri(in: value[range])
        else { return .unsupported }
        return body(text)
    }

    private static func plan(
        _ text: ByteView, _ uri: URILayout, _ host: ByteView, _ listener: UInt16?, _ size: Int, _ shard: Shard
    ) -> Outcome {
        let stated = uri.parameter("transport", in: text)
        guard let transport = transport(of: uri, text) else { return .unsupported }
        let target = uri.parameterValue("maddr", in: text) ?? host
        let port = uri.port ?? transport.defaultPort
        guard let ip = IPAddress(target) else { return .name(target.array, port, transport) }
        let address = TransportAddress(ip: ip, port: port)
        var hops = [NextHop(transport: transport, address: address, flow: nil, listener: listener)]
        if transport == .udp, !stated.isPresent, size + viaAllowance > shard.configuration.largestDatagram,
            shard.configuration.identity.listener(for: .tcp, to: ip, preferred: 0) != nil
        {
            // §18.1.1: a large request goes over TCP, and over UDP after all when nobody takes it there.
            hops.insert(NextHop(transport: .tcp, address: address, flow: nil, listener: nil), at: 0)
        }
        return .hops(hops)
    }

    /// What Via and Record-Route add to a request.
    private static let viaAllowance = 200

    /// RFC 3263 §4.1, as far as numeric hosts and the system resolver go.
    private static func transport(of uri: URILayout, _ text: ByteView) -> TransportProtocol? {
        if uri.scheme == .sips { return .tls }
        guard uri.parameter("transport", in: text).isPresent else { return .udp }
        return uri.transport(in: text)
    }
}

extension Shard {
    /// The flow to the other end of the request's dialog; a connection of another run of the server is dead.
    func liveFlow(of context: ResponseContext) -> Flow? {
        guard context.isInDialog, let token = context.route.token, let flow = token.nextFlow else { return nil }
        return flow.connection == 0 || token.token.bootID == configuration.bootID ? flow : nil
    }

    /// The listener that a hop is reached from. A flow on a connection has its own: of the remote address a token keeps
    /// nothing.
    func listener(for hop: NextHop, preferred: UInt16) -> Listener? {
        if let flow = hop.flow, flow.connection != 0 {
            let listeners = configuration.identity.listeners
            return Int(flow.listener) < listeners.count ? listeners[Int(flow.listener)] : nil
        }
        return configuration.identity.listener(
            for: hop.transport, to: hop.address.ip, preferred: hop.listener ?? hop.flow?.listener ?? preferred)
    }
}
