import SIPProxy
public import SIPTransaction

/// Whose timer it is and which, packed into the wheel's payload.
///
/// The slab's place stands in it without its generation: a timer is cancelled before its owner's place is given back.
struct TimerPayload: RawRepresentable {
    enum Owner: UInt8 {
        case server, client, proxy, trying, attempt, user, dialog
    }

    var rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(_ owner: Owner, _ detail: UInt8, _ number: UInt64) {
        rawValue = UInt64(owner.rawValue) << 56 | UInt64(detail) << 48 | number & 0xFFFF_FFFF
    }

    var owner: Owner { Owner(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) ?? .user }
    var detail: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 48) }
    var place: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}

extension Shard {
    /// Starts a timer. A long one is rounded up, so that many are due together: each wake-up of an idle thread costs as
    /// much as a message, and nobody misses 8 ms in half a second or 67 ms in thirty.
    func schedule(_ payload: TimerPayload, after delay: SIPDuration) -> TimerHandle {
        let exact = (now + delay).nanoseconds
        let grain: Int64 = delay >= .seconds(Int64(2)) ? 1 << 26 : delay >= .milliseconds(150) ? 1 << 23 : 1
        let rounded = exact.addingReportingOverflow(grain - 1)
        let deadline = rounded.overflow ? exact : rounded.partialValue & ~(grain - 1)
        return wheel.schedule(at: SIPInstant(nanoseconds: deadline), payload: payload.rawValue)
    }

    func stop(_ handle: inout TimerHandle) {
        guard handle != .none else { return }
        wheel.cancel(handle)
        handle = .none
    }

    func fire(_ payload: TimerPayload) {
        switch payload.owner {
        case .server:
            guard let transaction = servers[place: payload.place] else { return }
            guard let timer = TransactionTimer(rawValue: payload.detail) else { return remove(transaction) }
            serverTimerFired(transaction, timer)
        case .client:
            guard let transaction = clients[place: payload.place],
                let timer = TransactionTimer(rawValue: payload.detail)
            else { return }
            clientTimerFired(transaction, timer)
        case .proxy:
            guard let transaction = clients[place: payload.place] else { return }
            transaction.proxyTimer = .none
            proxyTimerFired(transaction)
        case .trying:
            guard let context = servers[place: payload.place]?.context else { return }
            context.tryingTimer = .none
            sendTrying(context)
        case .attempt:
            guard let context = servers[place: payload.place]?.context,
                let timer = AttemptTimer(rawValue: payload.detail)
            else { return }
            attemptTimerFired(context, timer)
        case .user:
            if let token = userTimers.fired(payload.place) { user.userTimerFired(token) }
        case .dialog:
            dialogTimerFired(payload.place)
        }
    }

    /// Calls `userTimerFired(token)` after `delay`; the number stops it.
    public func startUserTimer(after delay: SIPDuration, token: UInt64) -> UInt64 {
        let place = userTimers.add(token)
        let handle = schedule(TimerPayload(.user, 0, UInt64(place)), after: delay)
        userTimers.entries[Int(place)].handle = handle
        return userTimers.number(of: place)
    }

    /// Stops a timer; one that has fired is ignored.
    public func stopUserTimer(_ number: UInt64) {
        guard let handle = userTimers.remove(number) else { return }
        wheel.cancel(handle)
    }
}

/// The transaction user's own timers: tokens by place, with generations as in `Slab`.
struct UserTimers {
    struct Entry {
        var token: UInt64
        var handle: TimerHandle
        var generation: UInt32
        var isLive: Bool
    }

    var entries: [Entry] = []
    private var free: [UInt32] = []

    mutating func add(_ token: UInt64) -> UInt32 {
        if let place = free.popLast() {
            entries[Int(place)].token = token
            entries[Int(place)].isLive = true
            return place
        }
        entries.append(Entry(token: token, handle: .none, generation: 1, isLive: true))
        return UInt32(entries.count - 1)
    }

    func number(of place: UInt32) -> UInt64 { UInt64(entries[Int(place)].generation) << 32 | UInt64(place) }

    /// The token of a timer that fired; its place is free again.
    mutating func fired(_ place: UInt32) -> UInt64? {
        guard Int(place) < entries.count, entries[Int(place)].isLive else { return nil }
        release(place)
        return entries[Int(place)].token
    }

    mutating func remove(_ number: UInt64) -> TimerHandle? {
        let place = Int(number & 0xFFFF_FFFF)
        guard place < entries.count, entries[place].isLive, entries[place].generation == UInt32(number >> 32) else {
            return nil
        }
        release(UInt32(place))
        return entries[place].handle
    }

    private mutating func release(_ place: UInt32) {
        entries[Int(place)].isLive = false
        entries[Int(place)].generation &+= 1
        free.append(place)
    }
}
