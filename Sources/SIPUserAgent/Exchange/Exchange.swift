import SIPCore
import SIPSyntax
import SIPTransaction

/// A request of ours from its first sending to its last answer, challenges answered on the way.
final class Exchange {
    /// The originator's number in the shard.
    let number: UInt64
    var request: OwnRequest
    /// Where it goes; nil follows its Route or Request-URI.
    let flow: Flow?
    var credentials = Credentials()
    /// The header fields with credentials of the last sending, which an ACK repeats (§22.3).
    var credentialFields: [(name: [UInt8], value: [UInt8])] = []
    /// How often it was sent again because of a challenge.
    var retries = 0
    /// Whether a provisional response came.
    var hasProgress = false
    let onProgress: ((SIPMessage) -> Void)?
    /// Hears the final response, and for an INVITE each further 2xx.
    let onEnd: (Exchange, Ending) -> Void

    /// How it ended.
    enum Ending {
        case response(SIPMessage)
        case failure(RequestFailure)
    }

    init(
        number: UInt64, request: OwnRequest, flow: Flow?, onProgress: ((SIPMessage) -> Void)?,
        onEnd: @escaping (Exchange, Ending) -> Void
    ) {
        self.number = number
        self.request = request
        self.flow = flow
        self.onProgress = onProgress
        self.onEnd = onEnd
    }
}
