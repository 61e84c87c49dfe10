internal import SIPSyntax
internal import SIPTransaction

/// The limits of every connection, from the options.
struct StreamSettings: Sendable {
    let limits: MessageLimits
    let idleTimeout: SIPDuration
    let firstMessageTimeout: SIPDuration
    let messageTimeout: SIPDuration
    let halfClosedTimeout: SIPDuration
    let connectTimeout: SIPDuration
    let maxPendingWriteBytes: Int
    let maxPendingConnectBytes: Int

    init(_ options: TransportOptions) {
        limits = options.messageLimits
        idleTimeout = options.idleTimeout
        firstMessageTimeout = options.firstMessageTimeout
        messageTimeout = options.messageTimeout
        halfClosedTimeout = options.halfClosedTimeout
        connectTimeout = options.connectTimeout
        maxPendingWriteBytes = options.maxPendingWriteBytes
        maxPendingConnectBytes = options.maxPendingConnectBytes
    }
}

/// What a connection's limits of time depend on.
struct ConnectionTiming {
    private let opened: SIPInstant
    private var expectsMessage: Bool
    private var lastTraffic: SIPInstant
    /// When the message began that is not complete yet.
    private var messageBegan: SIPInstant?
    private var halfClosedAt: SIPInstant?

    init(opened: SIPInstant, expectsMessage: Bool) {
        self.opened = opened
        self.expectsMessage = expectsMessage
        lastTraffic = opened
    }

    mutating func touched(_ now: SIPInstant) { lastTraffic = now }

    mutating func messageArrived() {
        expectsMessage = false
        messageBegan = nil
    }

    /// Notes whether a message is under way; true when one has just begun, so that there is a nearer deadline.
    mutating func setInMessage(_ isInMessage: Bool, _ now: SIPInstant) -> Bool {
        guard isInMessage else {
            messageBegan = nil
            return false
        }
        guard messageBegan == nil else { return false }
        messageBegan = now
        return true
    }

    mutating func halfClosed(_ now: SIPInstant) { halfClosedAt = now }

    /// When the connection is closed if nothing happens.
    func deadline(_ settings: StreamSettings) -> SIPInstant {
        var deadline = lastTraffic + settings.idleTimeout
        if expectsMessage { deadline = min(deadline, opened + settings.firstMessageTimeout) }
        if let messageBegan { deadline = min(deadline, messageBegan + settings.messageTimeout) }
        if let halfClosedAt { deadline = min(deadline, halfClosedAt + settings.halfClosedTimeout) }
        return deadline
    }
}
