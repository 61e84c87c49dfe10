public import SIPSyntax

/// The way between this server and one peer: where a message came in, or where one is to go out (§18, RFC 5626 §2).
///
/// For UDP it is the listener's socket and the remote address; for a stream it also names the connection, so that
/// answers and in-dialog requests find the same one. Plain data: a flow never keeps a connection alive.
@frozen
public struct Flow: Hashable, Sendable {
    /// The remote address and port.
    public var remote: TransportAddress
    /// The connection's number in this run of the server; 0 for UDP, or for "any connection to `remote`".
    public var connection: UInt32
    /// The listener's index in the configuration: which of our addresses it was sent to, or is sent from.
    public var listener: UInt16
    public var transport: TransportProtocol

    @inlinable
    public init(transport: TransportProtocol, listener: UInt16, remote: TransportAddress, connection: UInt32 = 0) {
        self.transport = transport
        self.listener = listener
        self.remote = remote
        self.connection = connection
    }
}
