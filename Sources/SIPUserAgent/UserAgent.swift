public import SIPCore
import SIPSyntax
import SIPTransaction

/// A user agent, both sides of it (§8): registers, calls, answers, sends single requests.
///
/// It is the transaction user of one shard and lives in that shard's thread of control: everything here is called
/// from within an event of the shard. It knows no socket and no clock but the shard's.
public final class UserAgent: TransactionUser {
    public let configuration: UserAgentConfiguration
    /// Hears what happens; called within the shard's events.
    public var onEvent: (UserAgentEvent) -> Void = { _ in }

    unowned let shard: Shard
    /// Requests that wait for an answer, by originator.
    var exchanges: [UInt64: Exchange] = [:]
    /// Calls by number.
    var calls: [UInt64: Call] = [:]
    /// The registration that is kept up.
    var registration: Registration?
    private var lastNumber: UInt64 = 0
    private var timers: [UInt64: () -> Void] = [:]

    /// A user agent on `shard`, whose user it becomes.
    public init(configuration: UserAgentConfiguration, shard: Shard) {
        self.configuration = configuration
        self.shard = shard
        shard.user = self
    }

    func newNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    // MARK: Timers

    /// Runs `body` after `delay`.
    func after(_ delay: SIPDuration, _ body: @escaping () -> Void) -> RunningTimer {
        let token = newNumber()
        timers[token] = body
        return RunningTimer(token: token, number: shard.startUserTimer(after: delay, token: token))
    }

    func stop(_ timer: inout RunningTimer?) {
        guard let running = timer.take() else { return }
        timers[running.token] = nil
        shard.stopUserTimer(running.number)
    }

    public func userTimerFired(_ token: UInt64) { timers.removeValue(forKey: token)?() }

    // MARK: Requests that come in

    public func requestReceived(_ context: ResponseContext) {
        if context.hasToTag { return receiveInDialog(context) }
        if let refusal = refusal(of: context) { return answer(context, refusal) }
        switch context.method {
        case .invite: receiveCall(context)
        case .options: answer(context, ReplyContent(status: 200, headers: capabilities))
        case .message: receiveMessage(context)
        case .ack: break
        default: answer(context, ReplyContent(status: 481))
        }
    }

    /// A user agent forwards nothing, so it has no attempts.
    public func attemptEnded(_ context: ResponseContext, _ outcome: AttemptOutcome) {}

    public func dialogRequest(_ context: ResponseContext) -> Bool {
        receiveInDialog(context)
        return true
    }

    public func requestCancelled(_ context: ResponseContext) {
        if let call = calls.values.first(where: { $0.context === context }) { callerCancelled(call) }
        shard.handlerEnded(context, failed: false)
    }

    /// §8.2.1 and §8.2.2.3: methods and extensions that are not known here.
    private func refusal(of context: ResponseContext) -> ReplyContent? {
        switch context.method {
        case .invite, .options, .message, .ack, .bye, .cancel: break
        default: return ReplyContent(status: 405, headers: [UserAgent.allow])
        }
        guard context.method != .ack, let required = context.received.value(of: .require) else { return nil }
        return ReplyContent(status: 420, headers: [(bytes("Unsupported"), required.array)])
    }

    private func receiveMessage(_ context: ResponseContext) {
        answer(context, ReplyContent(status: 200))
        onEvent(.messageReceived(from: fromURI(of: context), text: context.received.body.string))
    }

    /// Answers and lets go of the request.
    func answer(_ context: ResponseContext, _ content: ReplyContent) {
        shard.reply(context, content)
        shard.handlerEnded(context, failed: false)
    }

    func fromURI(of context: ResponseContext) -> String {
        guard let from = context.received.value(of: .from), let layout = NameAddrLayout(from) else { return "" }
        return layout.uri(in: from)?.string ?? ""
    }

    // MARK: What is in many messages

    static var allow: (name: [UInt8], value: [UInt8]) {
        (bytes("Allow"), bytes("INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE"))
    }

    var capabilities: [(name: [UInt8], value: [UInt8])] {
        [contact, UserAgent.allow, (bytes("Accept"), bytes("application/sdp, text/plain"))]
    }

    var contact: (name: [UInt8], value: [UInt8]) { (bytes("Contact"), bytes("<\(configuration.contact)>")) }

    var userAgentField: [(name: [UInt8], value: [UInt8])] {
        configuration.name.isEmpty ? [] : [(bytes("User-Agent"), bytes(configuration.name))]
    }

    /// A tag, Call-ID or other text that nobody can guess (§19.3).
    func uniqueText() -> String {
        var value = UInt64.random(in: .min ... .max)
        var out: [UInt8] = []
        for _ in 0..<13 {
            out.append(UserAgent.digits[Int(value & 31)])
            value >>= 5
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let digits = Array("0123456789abcdefghijklmnopqrstuv".utf8)
}

/// A timer that runs.
struct RunningTimer {
    let token: UInt64
    let number: UInt64
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
