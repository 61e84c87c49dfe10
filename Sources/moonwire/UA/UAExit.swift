import ArgumentParser
import SIPUserAgent

/// The exit codes of `moonwire ua`.
enum UAExit {
    static let rejected = ExitCode(3)
    static let timeout = ExitCode(4)
    static let authentication = ExitCode(5)
    static let transport = ExitCode(6)

    static let help = """
        Exit codes: 0 done, 1 interrupted or another failure, 3 rejected with a 3xx to 6xx response (it is printed), \
        4 no answer in time, 5 authentication failed, 6 the request could not be sent (connection refused, unknown \
        host, busy port), 64 wrong arguments.
        """

    /// The code of a failed request.
    static func code(of failure: RequestFailure) -> ExitCode {
        switch failure {
        case .rejected: rejected
        case .authentication: authentication
        case .timeout: timeout
        case .transport: transport
        }
    }

    /// The code of a call that is over, for the side that made it.
    static func code(of end: CallEnd) -> ExitCode {
        switch end {
        case .hungUp, .hungUpByPeer, .cancelled: .success
        case .refused: rejected
        case .notAnswered, .notAcknowledged: timeout
        case .failed(let failure, contacts: _): code(of: failure)
        }
    }
}

extension RequestFailure {
    /// For people.
    var text: String {
        switch self {
        case .rejected(let status, let reason): "rejected: \(status) \(reason)"
        case .authentication(let status, let reason):
            "authentication failed: \(status) \(reason); is the password given and right?"
        case .timeout: "no answer in time"
        case .transport: "could not be sent: connection refused or no way to the address"
        }
    }
}

extension CallEnd {
    /// For people.
    var text: String {
        switch self {
        case .hungUp: "call ended by this side"
        case .hungUpByPeer: "call ended by the other side"
        case .cancelled: "call cancelled"
        case .refused(let status): "call refused with \(status)"
        case .notAnswered: "no answer in time, call cancelled"
        case .notAcknowledged: "the answer was never acknowledged, call ended"
        case .failed(let failure, let contacts):
            "call " + failure.text + contacts.map { "\n  contact \($0)" }.joined()
        }
    }
}
