public import SIPSyntax

/// Something with addresses in a virtual network.
public protocol VirtualEndpoint: AnyObject {
    /// A message has arrived: a datagram, or a framed message of a stream.
    func received(_ bytes: [UInt8], _ packet: PacketAddresses)
    /// A stream connection is gone.
    func connectionClosed(_ connection: UInt32)
}

/// Where a packet came from and where it arrived.
public struct PacketAddresses: Sendable {
    public var transport: TransportProtocol
    public var source: TransportAddress
    /// The address that it was sent to.
    public var destination: TransportAddress
    /// The connection's number; 0 for a datagram.
    public var connection: UInt32
}

/// A connection between two endpoints: reliable and in order, one message after the other.
final class VirtualConnection {
    let number: UInt32
    let transport: TransportProtocol
    /// The two ends: who opened it, and who listened.
    let ends: [(endpoint: any VirtualEndpoint, address: TransportAddress)]
    var isOpen = true
    /// When the last message to each end arrives: nothing overtakes it.
    var lastArrival: [Int64] = [0, 0]

    init(
        number: UInt32, transport: TransportProtocol,
        ends: [(endpoint: any VirtualEndpoint, address: TransportAddress)]
    ) {
        self.number = number
        self.transport = transport
        self.ends = ends
    }

    /// The place of the other end; nil when the endpoint has no part in it.
    func place(across from: any VirtualEndpoint) -> Int? {
        if ends[0].endpoint === from { return 1 }
        return ends[1].endpoint === from ? 0 : nil
    }
}
