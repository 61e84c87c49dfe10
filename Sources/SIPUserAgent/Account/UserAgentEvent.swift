public import SIPSyntax

/// What happens at a user agent, for whoever runs it.
public enum UserAgentEvent: Sendable {
    /// The registrar has accepted a registration or answered a query.
    case registered(Registered)
    /// The registrar has removed what was to be removed.
    case unregistered(Registered)
    /// A registration or its refreshing failed.
    case registrationFailed(RequestFailure)
    /// An INVITE came in; the text is its From URI.
    case callReceived(CallNumber, from: String)
    /// The other side rings, or tells of progress.
    case callProgressed(CallNumber, status: Int)
    /// The dialog stands: the ACK is out, or is in.
    case callEstablished(CallNumber)
    /// The call is over; nothing more comes of it.
    case callEnded(CallNumber, CallEnd)
    /// A MESSAGE came in.
    case messageReceived(from: String, text: String)
    /// A request outside of any call was answered with a 2xx.
    case requestSucceeded(UInt64, SIPMessage)
    /// A request outside of any call failed.
    case requestFailed(UInt64, RequestFailure)
}

/// A call of one user agent.
public struct CallNumber: Hashable, Sendable {
    let value: UInt64
}

/// Why a request had no success.
public enum RequestFailure: Hashable, Sendable {
    /// A final response from 300 on.
    case rejected(status: Int, reason: String)
    /// A challenge that could not be answered: no password, or not the right one.
    case authentication(status: Int, reason: String)
    /// No final response in time.
    case timeout
    /// The request could not be sent.
    case transport
}

/// How a call ended.
public enum CallEnd: Hashable, Sendable {
    /// This side sent BYE.
    case hungUp
    /// The other side sent BYE.
    case hungUpByPeer
    /// The caller cancelled before an answer: this side by request, or the peer.
    case cancelled
    /// This side refused it.
    case refused(status: Int)
    /// Nobody answered before the caller's own limit.
    case notAnswered
    /// The INVITE failed; with a 3xx, the URIs that it names.
    case failed(RequestFailure, contacts: [String])
    /// The 2xx was never acknowledged (§13.3.1.4).
    case notAcknowledged
}

/// What a 2xx to REGISTER tells.
public struct Registered: Hashable, Sendable {
    /// The values of its Contact fields, one for each binding of the address-of-record.
    public var bindings: [String]
    /// How long our own binding lasts, in seconds; 0 when it is not among them.
    public var seconds: UInt32
}
