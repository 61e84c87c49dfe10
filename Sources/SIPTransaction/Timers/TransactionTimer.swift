/// The timers of RFC 3261 (table 4) and RFC 6026, by their letters.
public enum TransactionTimer: UInt8, Hashable, Sendable, CaseIterable {
    /// The INVITE request is sent again (§17.1.1.2).
    case a
    /// The INVITE client transaction gives up (§17.1.1.2).
    case b
    /// A proxy's INVITE has had no final response for too long (§16.6 step 11); it belongs to the proxy, not to a machine.
    case c
    /// Retransmitted final responses to an INVITE are absorbed no longer (§17.1.1.2).
    case d
    /// A request other than INVITE is sent again (§17.1.2.2).
    case e
    /// The non-INVITE client transaction gives up (§17.1.2.2).
    case f
    /// The final response to an INVITE is sent again (§17.2.1).
    case g
    /// No ACK came (§17.2.1).
    case h
    /// Retransmitted ACKs are absorbed no longer (§17.2.1).
    case i
    /// Retransmitted requests other than INVITE are absorbed no longer (§17.2.2).
    case j
    /// Retransmitted responses to requests other than INVITE are absorbed no longer (§17.1.2.2).
    case k
    /// An accepted INVITE is absorbed no longer (RFC 6026 §7.1).
    case l
    /// Further 2xx responses to an INVITE are awaited no longer (RFC 6026 §7.2).
    case m
}
