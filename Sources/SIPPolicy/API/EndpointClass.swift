internal import LuaRuntime
internal import SIPCore
internal import SIPProxy
internal import SIPRegistrar
internal import SIPSyntax
internal import SIPTransaction

/// `endpoint`: an address, a port and a transport; `req.source` and `req.listener`.
enum EndpointClass {
    /// Details.
    static let source: UInt32 = 0
    static let listener: UInt32 = 1

    static let declaration = LuaClass(
        "endpoint", doc: "One end of the way that a message took.",
        fields: [
            LuaField("ip", .string, doc: "The address, IPv6 without brackets."),
            LuaField("port", .integer, doc: "The port."),
            LuaField("transport", .string, doc: "`udp`, `tcp`, `tls`, `ws` or `wss`."),
        ],
        methods: [
            LuaFunction(
                "is_in",
                [
                    LuaParameter(
                        "network", .either([.string, .list(.string)]),
                        doc: "`10.0.0.0/8`, `2001:db8::/32`, an address, or a list.")
                ],
                results: [LuaParameter("inside", .boolean)], doc: "Whether the address is in a network.", body: isIn)
        ],
        metamethods: [
            LuaFunction("__tostring", [LuaParameter("self", .any)], doc: "") { call in
                guard let handle = call.object(1) else { return .nothing }
                return call.withRun(handle) { _, run in
                    guard let (address, transport) = address(handle, run) else { return .stale }
                    call.push(
                        String(decoding: ByteView(transport.uriName).array, as: UTF8.self) + ":" + address.description)
                    return .one
                }
            },
            HandleFunctions.equality,
        ],
        staleText: "this belongs to a request that has ended",
        get: { call, handle, field in
            call.withRun(handle) { runner, run in
                guard let (address, transport) = address(handle, run) else { return .stale }
                switch field {
                case 0:
                    runner.scratch.removeAll()
                    address.ip.appendText(to: runner.scratch, bracketed: false)
                    call.push(runner.scratch.view)
                case 1: call.push(Int(address.port))
                default: call.push(transport.uriName)
                }
                return .one
            }
        })

    static func address(_ handle: LuaHandle, _ run: PolicyRun) -> (TransportAddress, TransportProtocol)? {
        if handle.detail & LuaHandle.contactURI != 0 {
            guard handle.place < run.contacts.count else { return nil }
            let flow = run.contacts[handle.place].binding.flow
            return (flow.remote, flow.transport)
        }
        guard let context = run.context else { return nil }
        if handle.detail == source { return (context.source.remote, context.source.transport) }
        let listener = context.shard.configuration.identity.listeners[Int(context.source.listener)]
        return (listener.address, listener.transport)
    }

    private static func isIn(_ call: LuaCall) -> LuaReturn {
        guard let handle = call.object(1) else { return .stale }
        return call.withRun(handle) { _, run in
            guard let (address, _) = address(handle, run) else { return .stale }
            if call.kind(2) == .string { return answer(call, address.ip, [2]) }
            let count = call.length(2)
            for number in 0..<count { call.pushItem(number + 1, of: 2) }
            return answer(call, address.ip, (0..<count).map { 3 + $0 })
        }
    }

    private static func answer(_ call: LuaCall, _ ip: IPAddress, _ indices: [Int]) -> LuaReturn {
        var inside = false
        for index in indices {
            guard let network = ServerIdentity.Network(call.view(index)) else {
                return call.raise("'\(call.string(index))' is no address and no network such as 10.0.0.0/8")
            }
            inside = inside || network.contains(ip)
        }
        call.push(inside)
        return .one
    }
}
