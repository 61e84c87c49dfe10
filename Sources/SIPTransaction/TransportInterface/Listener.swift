public import SIPSyntax

/// One address that the server receives on, and what it calls itself there.
public struct Listener: Hashable, Sendable {
    /// The index by which flows and tokens name it.
    public var index: UInt16
    public var transport: TransportProtocol
    /// The bound address and port.
    public var address: TransportAddress
    /// The host that goes into Via and Record-Route: the advertised name, or the numeric address (brackets included).
    public var sentByHost: [UInt8]
    /// The port beside it.
    public var sentByPort: UInt16

    public init(
        index: UInt16, transport: TransportProtocol, address: TransportAddress, sentByHost: [UInt8]? = nil,
        sentByPort: UInt16? = nil
    ) {
        self.index = index
        self.transport = transport
        self.address = address
        self.sentByHost = sentByHost ?? address.ip.textBytes(bracketed: true)
        self.sentByPort = sentByPort ?? address.port
    }
}
