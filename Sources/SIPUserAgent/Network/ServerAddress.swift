public import SIPSyntax

/// Where a user agent sends its requests: an address and a transport.
public struct ServerAddress: Hashable, Sendable {
    public var transport: TransportProtocol
    public var address: TransportAddress

    public init(transport: TransportProtocol, address: TransportAddress) {
        self.transport = transport
        self.address = address
    }

    /// Why a URI leads nowhere.
    public enum Failure: Error, Hashable, Sendable {
        /// The host has no address, or none of the wanted family.
        case unknownHost(String)
        /// A scheme or transport that a user agent has not.
        case unsupported(String)
    }

    /// Finds the address of a URI; asks the system's resolver and may block.
    ///
    /// - Parameters:
    ///   - transport: the transport, whatever the URI says; nil for the URI's.
    ///   - wantsIPv6: the family; nil for IPv4 if there is a choice.
    public static func resolve(
        _ uri: SIPURI, transport: TransportProtocol? = nil, wantsIPv6: Bool? = nil
    ) throws(Failure) -> ServerAddress {
        guard uri.scheme == .sip, let host = uri.parameter(named: "maddr") ?? uri.host else {
            throw .unsupported("\(uri.schemeText) URIs")
        }
        let stated = uri.parameter(named: "transport")
        let chosen = transport ?? (stated == nil ? .udp : uri.transport)
        guard let chosen, chosen == .udp || chosen == .tcp else {
            throw .unsupported("transport \(stated ?? "")")
        }
        let found = SystemAddresses.addresses(of: host).first { wantsIPv6 == nil || $0.isIPv6 == wantsIPv6 }
        guard let found else { throw .unknownHost(host) }
        return ServerAddress(
            transport: chosen, address: TransportAddress(ip: found, port: uri.port ?? chosen.defaultPort))
    }
}
