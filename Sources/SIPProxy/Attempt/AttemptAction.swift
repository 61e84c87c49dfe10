/// What an attempt wants done; the driver does it in this order.
@frozen
public enum AttemptAction: Hashable, Sendable {
    /// Forward the request to this target, with a new branch (§16.6).
    case startBranch(Int)
    /// Cancel this branch: now, or when its first provisional response comes (§9.1, §16.10).
    case cancelBranch(Int)
    /// Wait for this branch no longer; a late 2xx of it still goes upstream.
    case abandonBranch(Int)
    /// Start a timer, in place of the one of the same name.
    case start(AttemptTimer, after: AttemptSpan)
    /// Stop a timer.
    case stop(AttemptTimer)
    /// The attempt returns to the policy.
    case end(AttemptEnd)
}

/// The clocks of an attempt.
public enum AttemptTimer: UInt8, Hashable, Sendable, CaseIterable {
    /// How long a group of targets may ring.
    case group
    /// How long the whole attempt may take.
    case total
    /// How long cancelled branches may take to end.
    case grace
}

/// A length of time that the attempt does not know in seconds: the driver has the options.
public enum AttemptSpan: UInt8, Hashable, Sendable {
    /// The option `timeout`.
    case timeout
    /// The option `total`.
    case total
    /// 500 ms for cancelled branches to end.
    case grace
}

/// Why an attempt returned.
public enum AttemptEnd: Hashable, Sendable {
    /// The first 2xx came, from this target, or from one of an earlier attempt.
    case accepted(Int?)
    /// Every branch ended without a 2xx.
    case exhausted
    /// The caller cancelled, and every branch has ended.
    case cancelled
}

/// How one branch ended.
public enum BranchEnd: Hashable, Sendable {
    /// A final response that is no 2xx.
    case failed(status: Int)
    /// Timer B, F or C, `dead_after`, or a transport failure, on the last address of the target.
    case unreachable
}

/// Takes the actions of an attempt.
public protocol AttemptSink {
    mutating func perform(_ action: AttemptAction)
}

extension Array: AttemptSink where Element == AttemptAction {
    /// Collects the actions.
    public mutating func perform(_ action: AttemptAction) { append(action) }
}
