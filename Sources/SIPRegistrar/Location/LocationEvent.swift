/// Something that happened to a binding, for `registered` and `unregistered` handlers.
public struct LocationEvent: Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The binding is new.
        case registered
        /// The binding was there and was written again.
        case refreshed
        /// The binding is no more.
        case unregistered(RemovalReason)
    }

    /// What happened.
    public var kind: Kind
    /// The canonical address-of-record.
    public var addressOfRecord: [UInt8]
    /// The binding as it is, or as it last was.
    public var binding: Binding

    /// An event of its parts.
    public init(_ kind: Kind, _ addressOfRecord: [UInt8], _ binding: Binding) {
        self.kind = kind
        self.addressOfRecord = addressOfRecord
        self.binding = binding
    }
}
