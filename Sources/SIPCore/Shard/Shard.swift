public import SIPAuthentication
import SIPProxy
public import SIPRegistrar
import SIPSyntax
import SIPTokens
public import SIPTransaction

/// The core of one share of the calls: its transactions, its timers, and the proxy, registrar and user-agent rules over
/// them. Its transaction user, the policy, decides.
///
/// It is a serial executor: whoever has an event for it runs it, one at a time, and hands it the time and an outbox.
/// It knows no clock, socket, thread or Lua; the server and the simulator drive the same code.
public final class Shard {
    public let index: UInt16
    public var configuration: CoreConfiguration
    /// Who decides about requests.
    public var user: (any TransactionUser)!
    /// Finds the addresses of host names.
    public let resolver: any HostResolver
    /// Where bindings are kept, shared by all shards.
    public let locations: LocationTable
    public internal(set) var counters = CoreCounters()

    /// The time of the event that is handled.
    public internal(set) var now: SIPInstant
    /// Seconds since 1970, for dates, nonces and expiry.
    public internal(set) var wallClock: Int64 = 0
    /// Gives `wallClock`; called once an event.
    let readWallClock: () -> Int64
    /// Where this event's messages go.
    var outbox: Outbox

    var servers = Slab<ServerTransaction>()
    var serverTable = TransactionTable()
    var clients = Slab<ClientTransaction>()
    let wheel: TimerWheel
    var userTimers = UserTimers()
    var dialogs = LocalDialogs()
    /// Accepted INVITEs whose ACK brings no token of ours.
    var acceptedInvites = TransactionTable()
    /// The client transactions of our own requests, by originator.
    var ownRequests: [UInt64: UInt64] = [:]
    var looseNumber: UInt64 = 0
    /// Checks digests; the counts of nonces that it has seen are shared by all shards.
    let authentication: DigestVerifier
    /// The last number given to a nonce; it starts at random, so that no two shards or runs share one.
    var nonceNumber = UInt64.random(in: .min ... .max)
    /// The key of transaction keys: it stays when the tokens' keys change.
    let transactionHashKey: SipKey
    var hostCache = HostCache()
    /// Bytes that are put together for an edit, reused.
    let scratch = ByteWriter(capacity: 4096)
    let scratch2 = ByteWriter(capacity: 4096)
    /// Calls to the user that wait until the current step is done, so that nothing re-enters.
    var pendingUserCalls: [UserCall] = []
    var isDraining = false

    public init(
        index: UInt16, configuration: CoreConfiguration, resolver: any HostResolver, locations: LocationTable,
        authentication: DigestVerifier, now: SIPInstant, wallClock: @escaping () -> Int64
    ) {
        self.index = index
        self.configuration = configuration
        self.resolver = resolver
        self.locations = locations
        self.authentication = authentication
        self.now = now
        readWallClock = wallClock
        outbox = Outbox(capacity: 64)
        transactionHashKey = configuration.keys.current.key(for: .transaction)
        wheel = TimerWheel(now: now)
    }

    /// When the shard wants to run again although nothing arrives.
    public var nextDeadline: SIPInstant { wheel.nextDeadline }

    /// Handles one event; what is to be sent is in the outbox afterwards.
    public func handle(_ event: consuming ShardEvent, now: SIPInstant, outbox: Outbox) {
        enter(now, outbox)
        switch event {
        case .message(let message, let flow):
            if message.isRequest { receiveRequest(message, flow) } else { receiveResponse(message, flow) }
        case .connectionClosed(let connection):
            locations.connectionClosed(connection)
        case .transportFailed(let sender):
            transportFailed(sender)
        case .task(let work):
            work()
        }
        runUserCalls()
    }

    /// Fires the timers that are due.
    public func timersDue(now: SIPInstant, outbox: Outbox) {
        enter(now, outbox)
        while let payload = wheel.nextDue(at: now) {
            fire(TimerPayload(rawValue: payload))
            runUserCalls()
        }
    }

    func enter(_ now: SIPInstant, _ outbox: Outbox) {
        self.now = now
        self.outbox = outbox
        wallClock = readWallClock()
    }

    /// How many transactions there are, for tests and for the limits.
    public var transactionCount: Int { servers.count + clients.count }

    /// How many timers run.
    public var timerCount: Int { wheel.count }
}

/// A call to the transaction user, made when the step that caused it is over.
enum UserCall {
    case attemptEnded(ResponseContext, AttemptOutcome)
    case cancelled(ResponseContext)
    case contextEnded(ResponseContext)
    case ownRequestEnded(UInt64, OwnRequestResult)
    case ownRequestProgress(UInt64, SIPMessage)
}

extension Shard {
    /// Makes the calls that steps have left behind. They may cause more, which follow in order.
    func runUserCalls() {
        guard !isDraining, !pendingUserCalls.isEmpty else { return }
        isDraining = true
        var next = 0
        while next < pendingUserCalls.count {
            let call = pendingUserCalls[next]
            next += 1
            switch call {
            case .attemptEnded(let context, var outcome):
                // The step that ended the attempt may have finished the request behind it.
                outcome.isFinished = context.isFinished
                user.attemptEnded(context, outcome)
            case .cancelled(let context): user.requestCancelled(context)
            case .contextEnded(let context): user.contextEnded(context)
            case .ownRequestEnded(let originator, let result):
                ownRequests[originator] = nil
                user.ownRequestEnded(originator, result)
            case .ownRequestProgress(let originator, let response): user.ownRequestProgress(originator, response)
            }
        }
        pendingUserCalls.removeAll(keepingCapacity: true)
        isDraining = false
    }
}
