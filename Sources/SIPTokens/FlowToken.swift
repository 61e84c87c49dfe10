public import SIPSyntax
public import SIPTransaction

/// The flow token of a Path URI (RFC 3327, RFC 5626 §5.1): which node can reach the registered contact, and how.
///
/// A connection of another boot is gone: such a token is answered 430 or 480, never followed.
@frozen
public struct FlowToken: Hashable, Sendable {
    /// The node that holds the flow.
    public var node: UInt32
    /// The run of that node in which the token was made.
    public var bootID: UInt64
    /// The flow; of one on a connection, the remote address is not kept.
    public var flow: Flow

    public init(node: UInt32, bootID: UInt64, flow: Flow) {
        self.node = node
        self.bootID = bootID
        self.flow = flow
    }

    /// Reads a token's text; nil unless one of the ring's keys made it.
    public init?(_ text: ByteView, ring: borrowing KeyRing) {
        guard let sealed = SealedText(text, .flow, ring), sealed.isSealed(by: sealed.hasher) else { return nil }
        var reader = TokenReader(sealed.fields)
        guard let node = reader.take(32), let bootID = reader.take(64), let flow = FlowText.read(&reader),
            reader.isAtEnd
        else { return nil }
        self.init(node: UInt32(node), bootID: bootID, flow: flow)
    }

    /// Writes the token's text.
    public func encode(to out: ByteWriter, ring: borrowing KeyRing) {
        var writer = TokenWriter(to: out, keyID: ring.current.id)
        writer.put(UInt64(node), bits: 32)
        writer.put(bootID, bits: 64)
        FlowText.write(flow, to: &writer)
        SealedText.seal(&writer, ring.current.key(for: .flow))
    }

    /// Whether the flow can still exist in the run `bootID` of `node`: a connection dies with its run, a UDP flow does
    /// not.
    public func isAlive(node: UInt32, bootID: UInt64) -> Bool {
        self.node == node && (flow.connection == 0 || self.bootID == bootID)
    }
}
