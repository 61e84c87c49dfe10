/// One `relay` or `fork`: targets in groups, tried one group after the other, each group in parallel (§16.6, §16.7).
///
/// It decides which branches to start and to cancel and when the attempt is over. It knows no message, no address and
/// no time. A branch that is still open when the attempt ends belongs to the response context from then on.
public struct Attempt: Hashable, Sendable {
    /// How a request is tried.
    public struct Rules: Hashable, Sendable {
        /// INVITE: branches are cancelled. Other methods: they are abandoned (§16.10).
        public var isInvite: Bool
        /// Whether `timeout` and `total` are given.
        public var hasTimeout: Bool
        public var hasTotal: Bool

        public init(isInvite: Bool, hasTimeout: Bool, hasTotal: Bool) {
            self.isInvite = isInvite
            self.hasTimeout = hasTimeout
            self.hasTotal = hasTotal
        }
    }

    /// What is known of one target's branch.
    enum Branch: UInt8, Hashable, Sendable {
        case waiting, open, stopping, ended
    }

    /// Where the attempt stands.
    enum State: Hashable, Sendable {
        case running
        /// A group's time is over: its branches are ending, then the next group follows.
        case movingOn
        /// Nothing more is started: total time over, a 6xx, or the caller cancelled.
        case finishing
        case ended
    }

    let rules: Rules
    /// The first target of each group, and the number of targets behind them.
    let groupStarts: [Int]
    var branches: [Branch]
    var group = 0
    var state = State.running
    /// Whether a time limit ended a branch.
    public private(set) var isTimedOut = false
    /// Whether the caller cancelled.
    public private(set) var isCancelled = false

    /// An attempt at groups of so many targets each, numbered through in order.
    public init(groupSizes: [Int], rules: Rules) {
        precondition(!groupSizes.isEmpty && groupSizes.allSatisfy { $0 > 0 }, "an attempt has targets")
        self.rules = rules
        var starts = [0]
        for size in groupSizes { starts.append(starts[starts.count - 1] + size) }
        groupStarts = starts
        branches = Array(repeating: .waiting, count: starts[starts.count - 1])
    }

    public var isEnded: Bool { state == .ended }

    // MARK: Events

    /// The attempt begins.
    public mutating func start<S: AttemptSink>(into sink: inout S) {
        if rules.hasTotal { sink.perform(.start(.total, after: .total)) }
        startGroup(into: &sink)
    }

    /// A 2xx came, from this target or (nil) from an earlier attempt's: the others are the response context's to
    /// cancel (§16.7 step 10).
    public mutating func accepted<S: AttemptSink>(_ target: Int?, into sink: inout S) {
        guard state != .ended else { return }
        if let target { branches[target] = .ended }
        end(.accepted(target), into: &sink)
    }

    /// A branch ended without a 2xx.
    public mutating func branchEnded<S: AttemptSink>(_ target: Int, _ how: BranchEnd, into sink: inout S) {
        guard state != .ended, branches[target] != .ended else { return }
        branches[target] = .ended
        if case .failed(let status) = how, status >= 600, state == .running {
            // §16.7 step 5: a 6xx ends the search; pending branches are cancelled.
            state = .finishing
            stopOpenBranches(into: &sink)
        }
        if !hasOpenBranch { advance(into: &sink) }
    }

    /// A target whose contact list came with a 3xx, or more addresses, is tried again by the driver: it stays open.
    public mutating func timerFired<S: AttemptSink>(_ timer: AttemptTimer, into sink: inout S) {
        switch (state, timer) {
        case (.running, .group):
            isTimedOut = true
            state = .movingOn
            stopAndWait(into: &sink)
        case (.running, .total), (.movingOn, .total):
            isTimedOut = true
            state = .finishing
            stopAndWait(into: &sink)
        case (.movingOn, .grace), (.finishing, .grace):
            guard !isCancelled else { return }
            for target in branches.indices where branches[target] == .stopping { branches[target] = .ended }
            advance(into: &sink)
        default:
            break
        }
    }

    /// The caller cancelled (§16.10), or the policy's handler was ended by force.
    public mutating func cancel<S: AttemptSink>(into sink: inout S) {
        guard state != .ended, !isCancelled else { return }
        isCancelled = true
        state = .finishing
        // Only the branches' own ends count from here on.
        stopTimers(into: &sink)
        stopOpenBranches(into: &sink)
        if !hasOpenBranch { advance(into: &sink) }
    }

    // MARK: Steps

    private var groupRange: Range<Int> { groupStarts[group]..<groupStarts[group + 1] }

    private var hasOpenBranch: Bool { branches.contains { $0 == .open || $0 == .stopping } }

    private mutating func startGroup<S: AttemptSink>(into sink: inout S) {
        state = .running
        if rules.hasTimeout { sink.perform(.start(.group, after: .timeout)) }
        // All are open before the first is started: one that fails at once does not end the group.
        for target in groupRange { branches[target] = .open }
        for target in groupRange { sink.perform(.startBranch(target)) }
    }

    private mutating func stopAndWait<S: AttemptSink>(into sink: inout S) {
        stopOpenBranches(into: &sink)
        if hasOpenBranch {
            sink.perform(.start(.grace, after: .grace))
        } else {
            advance(into: &sink)
        }
    }

    private mutating func stopOpenBranches<S: AttemptSink>(into sink: inout S) {
        for target in branches.indices where branches[target] == .open {
            if rules.isInvite {
                branches[target] = .stopping
                sink.perform(.cancelBranch(target))
            } else {
                branches[target] = .ended
                sink.perform(.abandonBranch(target))
            }
        }
    }

    private mutating func advance<S: AttemptSink>(into sink: inout S) {
        if state != .finishing, group + 2 < groupStarts.count {
            group += 1
            sink.perform(.stop(.grace))
            startGroup(into: &sink)
        } else {
            end(isCancelled ? .cancelled : .exhausted, into: &sink)
        }
    }

    private mutating func end<S: AttemptSink>(_ how: AttemptEnd, into sink: inout S) {
        state = .ended
        stopTimers(into: &sink)
        sink.perform(.end(how))
    }

    private func stopTimers<S: AttemptSink>(into sink: inout S) {
        if rules.hasTimeout { sink.perform(.stop(.group)) }
        if rules.hasTotal { sink.perform(.stop(.total)) }
        sink.perform(.stop(.grace))
    }
}
