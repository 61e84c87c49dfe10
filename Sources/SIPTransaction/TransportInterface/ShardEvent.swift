public import SIPSyntax

/// What reaches a shard from outside: plain data, in arrival order.
public enum ShardEvent: Sendable {
    /// A message was read and parsed.
    case message(SIPMessage, Flow)
    /// A stream connection is gone; its bindings and flows are dead.
    case connectionClosed(UInt32)
    /// What was sent with this ticket did not leave (§18.4).
    case transportFailed(sender: UInt64)
    /// Work for the shard from elsewhere: an answer of DNS, HTTP or storage, a reload.
    case task(@Sendable () -> Void)
}
