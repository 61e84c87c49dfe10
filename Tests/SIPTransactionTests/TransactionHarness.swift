import SIPTransaction

let timers = TimerConfiguration()

/// What the four machines have in common, so that one walker drives them all.
protocol TimedTransaction {
    mutating func timerFired<S: ActionSink>(
        _ timer: TransactionTimer, _ timers: borrowing TimerConfiguration, into sink: inout S
    )
}

extension InviteClientTransaction: TimedTransaction {}
extension NonInviteClientTransaction: TimedTransaction {}
extension InviteServerTransaction: TimedTransaction {}
extension NonInviteServerTransaction: TimedTransaction {}

extension TimedTransaction {
    /// Runs one event and returns its actions.
    mutating func actions(_ event: (inout Self, inout [TransactionAction]) -> Void) -> [TransactionAction] {
        var sink: [TransactionAction] = []
        event(&self, &sink)
        return sink
    }

    mutating func fire(_ timer: TransactionTimer) -> [TransactionAction] {
        actions { $0.timerFired(timer, timers, into: &$1) }
    }
}

extension InviteClientTransaction {
    mutating func start() -> [TransactionAction] { actions { $0.start(timers, into: &$1) } }
    mutating func receive(_ status: UInt16) -> [TransactionAction] {
        actions { $0.responseReceived(status: status, timers, into: &$1) }
    }
    mutating func fail() -> [TransactionAction] { actions { $0.transportFailed(into: &$1) } }
}

extension NonInviteClientTransaction {
    mutating func start() -> [TransactionAction] { actions { $0.start(timers, into: &$1) } }
    mutating func receive(_ status: UInt16) -> [TransactionAction] {
        actions { $0.responseReceived(status: status, timers, into: &$1) }
    }
    mutating func fail() -> [TransactionAction] { actions { $0.transportFailed(into: &$1) } }
}

extension InviteServerTransaction {
    mutating func receive() -> [TransactionAction] { actions { $0.requestReceived(into: &$1) } }
    mutating func ack() -> [TransactionAction] { actions { $0.ackReceived(timers, into: &$1) } }
    mutating func respond(_ status: UInt16) -> [TransactionAction] {
        actions { $0.respond(status: status, timers, into: &$1) }
    }
    mutating func fail() -> [TransactionAction] { actions { $0.transportFailed(into: &$1) } }
}

extension NonInviteServerTransaction {
    mutating func receive() -> [TransactionAction] { actions { $0.requestReceived(into: &$1) } }
    mutating func respond(_ status: UInt16) -> [TransactionAction] {
        actions { $0.respond(status: status, timers, into: &$1) }
    }
    mutating func fail() -> [TransactionAction] { actions { $0.transportFailed(into: &$1) } }
}

/// What a machine did at a moment, timers aside.
struct Deed: Equatable {
    var milliseconds: Int64
    var action: TransactionAction

    init(_ milliseconds: Int64, _ action: TransactionAction) {
        self.milliseconds = milliseconds
        self.action = action
    }
}

/// Runs a machine's timers until none is left, as a driver would, and keeps a log of everything else it does.
struct TimerWalk {
    private(set) var deeds: [Deed] = []
    private var now = SIPInstant.zero
    private var running: [TransactionTimer: SIPInstant] = [:]

    mutating func take(_ actions: [TransactionAction]) {
        for action in actions {
            switch action {
            case .start(let timer, let delay): running[timer] = now + delay
            case .cancel(let timer): running[timer] = nil
            case .terminate:
                running.removeAll()
                fallthrough
            default: deeds.append(Deed(now.nanoseconds / 1_000_000, action))
            }
        }
    }

    /// Fires timers in order up to `limit`.
    mutating func run<T: TimedTransaction>(_ machine: inout T, until limit: SIPDuration = .seconds(Int64(1000))) {
        while let (timer, due) = running.min(by: { $0.value < $1.value }), due <= .zero + limit {
            now = due
            running[timer] = nil
            take(machine.fire(timer))
        }
        now = .zero + limit
    }

    var isQuiet: Bool { running.isEmpty }
    /// The moments of one action, in milliseconds.
    func times(of action: TransactionAction) -> [Int64] { deeds.filter { $0.action == action }.map(\.milliseconds) }
}
