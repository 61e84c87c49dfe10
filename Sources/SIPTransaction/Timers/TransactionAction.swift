/// What a transaction machine wants done after an event; the driver does it in this order.
///
/// The machines know no message: "the request" is the one that the driver keeps for the transaction, and "the
/// response" is the one of the event, or the last one that the transaction user gave.
@frozen
public enum TransactionAction: Hashable, Sendable {
    /// Send the request, for the first time or again.
    case sendRequest
    /// Build and send the ACK for a final response from 300 on, or send it again (§17.1.1.3).
    case sendAck
    /// Send the last response that the transaction user gave, for the first time or again.
    case sendResponse
    /// Give the response (client) or the ACK (server) that came to the transaction user.
    case deliver
    /// Start a timer.
    case start(TransactionTimer, after: SIPDuration)
    /// Stop a timer that runs.
    case cancel(TransactionTimer)
    /// Tell the transaction user that the transaction failed.
    case inform(TransactionFailure)
    /// Forget the transaction, and with it every timer that still runs.
    case terminate
}

/// Why a transaction failed.
public enum TransactionFailure: UInt8, Hashable, Sendable {
    /// Timer B, F or H fired (§17.1.4, §17.2.1).
    case timeout
    /// The transport could not send (§17.1.4, §17.2.4).
    case transportFailure
}

/// Takes the actions of a machine: the driver's own type on the hot path, an array in tests.
public protocol ActionSink {
    /// Takes the next action; they come in the order in which they are to be done.
    mutating func perform(_ action: TransactionAction)
}

extension Array: ActionSink where Element == TransactionAction {
    /// Collects the actions.
    @inlinable
    public mutating func perform(_ action: TransactionAction) { append(action) }
}
