import SIPSyntax

/// Where a phone sends to: read from a URI by the simplest of rules.
struct PhoneAddress {
    var transport: TransportProtocol
    var address: TransportAddress

    init(_ transport: TransportProtocol, _ address: TransportAddress) {
        self.transport = transport
        self.address = address
    }

    /// `sip:user@10.0.0.1:5060;transport=tcp`; nil for a host that is no number.
    init?(uri: String) {
        var rest = uri.prefix { $0 != "?" }
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        rest = rest[rest.index(after: colon)...]
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        let parts = rest.split(separator: ";")
        guard let hostPort = parts.first else { return nil }
        transport = parts.contains { $0.lowercased() == "transport=tcp" } ? .tcp : .udp
        var host = String(hostPort)
        var port: UInt16 = 5060
        if let last = hostPort.lastIndex(of: ":"), !hostPort.hasSuffix("]") {
            host = String(hostPort[..<last])
            port = UInt16(hostPort[hostPort.index(after: last)...]) ?? 5060
        }
        guard let ip = IPAddress(host) else { return nil }
        address = TransportAddress(ip: ip, port: port)
    }
}
