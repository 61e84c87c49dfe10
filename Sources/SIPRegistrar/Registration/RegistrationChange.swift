/// Why a binding is no more.
public enum RemovalReason: Hashable, Sendable {
    /// A REGISTER asked for it (§10.2.2).
    case requested
    /// Its time ran out.
    case expired
    /// The connection that it depended on was closed.
    case connectionClosed
    /// The server's own doing: its administrator's or its policy's.
    case unregistered
}

/// A binding that is no more.
public struct RemovedBinding: Hashable, Sendable {
    /// What it last was.
    public var binding: Binding
    /// Why it is no more.
    public var reason: RemovalReason

    /// A binding and its end.
    public init(_ binding: Binding, _ reason: RemovalReason) {
        self.binding = binding
        self.reason = reason
    }
}

/// What a REGISTER did, and what is registered now.
public struct RegistrationChange: Sendable {
    /// All bindings of the address-of-record, best first.
    public internal(set) var current: [Binding] = []
    /// The bindings that are new.
    public internal(set) var added: [Binding] = []
    /// The bindings that were there and were written again, as they are now.
    public internal(set) var refreshed: [Binding] = []
    /// The bindings that went.
    public internal(set) var removed: [RemovedBinding] = []
    /// The Path that the response repeats (RFC 3327 §5.3); empty without one.
    public internal(set) var path: [UInt8] = []

    /// Whether nothing was written: a query, or a request that was already done.
    public var isEmpty: Bool { added.isEmpty && refreshed.isEmpty && removed.isEmpty }
}

/// What a REGISTER comes to.
public enum RegistrationResult: Sendable {
    /// It was done; the answer is 200.
    case accepted(RegistrationChange)
    /// Nothing was changed; the answer is the refusal.
    case rejected(RegistrationRejection)
}
