import SIPCore
public import SIPTransaction

/// How a call that we make is to go.
public struct CallOptions: Sendable {
    /// How long it lasts once it is answered; nil until one side ends it.
    public var duration: SIPDuration?
    /// When it is cancelled although it rings; nil for never.
    public var cancelAfter: SIPDuration?
    /// How long to wait for an answer before it is cancelled.
    public var answerLimit = SIPDuration.seconds(Int64(30))

    public init() {}
}

/// A call of either direction.
final class Call {
    /// How far it is.
    enum Stage {
        /// The INVITE has no final response.
        case offered
        /// A 2xx is out, and its ACK not yet in.
        case accepted
        /// The dialog stands on both sides.
        case established
        /// BYE is out, or the end was told.
        case ended
    }

    let number: CallNumber
    var stage = Stage.offered
    var dialog: Dialog?
    let description: SessionDescription
    /// The INVITE of an incoming call that waits for its answer.
    var context: ResponseContext?
    /// The INVITE of an outgoing call.
    var exchange: Exchange?
    var options = CallOptions()
    /// What its end will be called when it was cancelled.
    var cancelReason: CallEnd?
    /// The ACK for each 2xx, by its To tag: a repeated 2xx gets it again (§13.2.2.4).
    var acknowledgements: [[UInt8]: OwnRequest] = [:]
    /// Whether it is to be ended as soon as its ACK is in.
    var isToEnd = false
    /// The answer limit, then the call's duration.
    var timer: RunningTimer?
    var cancelTimer: RunningTimer?

    init(number: CallNumber, description: SessionDescription) {
        self.number = number
        self.description = description
    }
}
