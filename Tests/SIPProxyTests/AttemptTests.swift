import SIPProxy
import Testing

/// An attempt whose events give their actions.
struct AttemptHarness {
    var machine: Attempt

    init(_ sizes: [Int], isInvite: Bool = true, timeout: Bool = false, total: Bool = false) {
        machine = Attempt(
            groupSizes: sizes, rules: .init(isInvite: isInvite, hasTimeout: timeout, hasTotal: total))
    }

    mutating func start() -> [AttemptAction] { actions { $0.start(into: &$1) } }
    mutating func ended(_ target: Int, _ how: BranchEnd) -> [AttemptAction] {
        actions { $0.branchEnded(target, how, into: &$1) }
    }
    mutating func accepted(_ target: Int?) -> [AttemptAction] { actions { $0.accepted(target, into: &$1) } }
    mutating func fired(_ timer: AttemptTimer) -> [AttemptAction] { actions { $0.timerFired(timer, into: &$1) } }
    mutating func cancel() -> [AttemptAction] { actions { $0.cancel(into: &$1) } }

    private mutating func actions(_ body: (inout Attempt, inout [AttemptAction]) -> Void) -> [AttemptAction] {
        var list: [AttemptAction] = []
        body(&machine, &list)
        return list
    }
}

@Suite("The attempt machine (§16.6, §16.7)")
struct AttemptTests {
    @Test("a parallel group starts all its branches, and ends with the last (§16.7)")
    func parallel() {
        var attempt = AttemptHarness([2])
        #expect(attempt.start() == [.startBranch(0), .startBranch(1)])
        #expect(attempt.ended(0, .failed(status: 486)) == [])
        #expect(attempt.ended(1, .unreachable) == [.stop(.grace), .end(.exhausted)])
        #expect(attempt.machine.isEnded)
        #expect(attempt.ended(1, .unreachable) == [])
    }

    @Test("serial groups follow one another, each with its time")
    func serial() {
        var attempt = AttemptHarness([1, 1], timeout: true)
        #expect(attempt.start() == [.start(.group, after: .timeout), .startBranch(0)])
        #expect(
            attempt.ended(0, .failed(status: 480))
                == [.stop(.grace), .start(.group, after: .timeout), .startBranch(1)])
        #expect(attempt.ended(1, .failed(status: 480)) == [.stop(.group), .stop(.grace), .end(.exhausted)])
        #expect(!attempt.machine.isTimedOut)
    }

    @Test("a 2xx ends the attempt, whichever branch or earlier attempt it is of")
    func accepted() {
        var attempt = AttemptHarness([2], total: true)
        #expect(attempt.start() == [.start(.total, after: .total), .startBranch(0), .startBranch(1)])
        #expect(attempt.accepted(1) == [.stop(.total), .stop(.grace), .end(.accepted(1))])
        #expect(attempt.accepted(0) == [])
        var other = AttemptHarness([1])
        _ = other.start()
        #expect(other.accepted(nil) == [.stop(.grace), .end(.accepted(nil))])
    }

    @Test("a 6xx cancels what is open and starts nothing more (§16.7 step 5)")
    func decline() {
        var attempt = AttemptHarness([2, 1])
        _ = attempt.start()
        #expect(attempt.ended(0, .failed(status: 603)) == [.cancelBranch(1)])
        #expect(attempt.ended(1, .failed(status: 487)) == [.stop(.grace), .end(.exhausted)])
    }

    @Test("the group's time is over: cancel, 500 ms of grace, then the next group")
    func groupTimeout() {
        var attempt = AttemptHarness([1, 1], timeout: true)
        _ = attempt.start()
        #expect(attempt.fired(.group) == [.cancelBranch(0), .start(.grace, after: .grace)])
        #expect(attempt.machine.isTimedOut)
        #expect(attempt.fired(.grace) == [.stop(.grace), .start(.group, after: .timeout), .startBranch(1)])
        #expect(attempt.ended(0, .failed(status: 487)) == [])
        #expect(attempt.fired(.group) == [.cancelBranch(1), .start(.grace, after: .grace)])
        #expect(attempt.ended(1, .failed(status: 487)) == [.stop(.group), .stop(.grace), .end(.exhausted)])
    }

    @Test("the whole time is over: nothing more is started, although groups are left")
    func totalTimeout() {
        var attempt = AttemptHarness([1, 1], total: true)
        _ = attempt.start()
        #expect(attempt.fired(.total) == [.cancelBranch(0), .start(.grace, after: .grace)])
        #expect(attempt.fired(.grace) == [.stop(.total), .stop(.grace), .end(.exhausted)])
    }

    @Test("branches of other methods are abandoned, and the next group follows at once (§16.10)")
    func nonInvite() {
        var attempt = AttemptHarness([1, 1], isInvite: false, timeout: true)
        _ = attempt.start()
        #expect(
            attempt.fired(.group)
                == [.abandonBranch(0), .stop(.grace), .start(.group, after: .timeout), .startBranch(1)])
    }

    @Test("the caller cancels: every open branch, no clock any more, the end with the last branch (§16.10)")
    func cancelled() {
        var attempt = AttemptHarness([2, 1], timeout: true, total: true)
        _ = attempt.start()
        #expect(
            attempt.cancel()
                == [.stop(.group), .stop(.total), .stop(.grace), .cancelBranch(0), .cancelBranch(1)])
        #expect(attempt.cancel() == [])
        #expect(attempt.fired(.grace) == [])
        #expect(attempt.ended(0, .failed(status: 487)) == [])
        #expect(
            attempt.ended(1, .unreachable) == [.stop(.group), .stop(.total), .stop(.grace), .end(.cancelled)])
        #expect(attempt.machine.isCancelled)
    }

    @Test("a CANCEL during the grace of a timeout waits for the branches")
    func cancelledInGrace() {
        var attempt = AttemptHarness([1, 1], timeout: true)
        _ = attempt.start()
        _ = attempt.fired(.group)
        #expect(attempt.cancel() == [.stop(.group), .stop(.grace)])
        #expect(attempt.fired(.grace) == [])
        #expect(attempt.ended(0, .failed(status: 487)) == [.stop(.group), .stop(.grace), .end(.cancelled)])
    }

    @Test("any order of events ends once, and starts no branch after its end", arguments: 1...50)
    func randomEvents(seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let sizes = (0..<1 + random(3)).map { _ in 1 + random(3) }
        let count = sizes.reduce(0, +)
        var attempt = AttemptHarness(sizes, isInvite: random(2) == 0, timeout: true, total: true)
        var actions = attempt.start()
        for _ in 0..<200 {
            switch random(8) {
            case 0: actions += attempt.fired(.group)
            case 1: actions += attempt.fired(.grace)
            case 2 where random(10) == 0: actions += attempt.fired(.total)
            case 3 where random(20) == 0: actions += attempt.cancel()
            case 4 where random(20) == 0: actions += attempt.accepted(random(count))
            default:
                let open = actions.compactMap { if case .startBranch(let target) = $0 { target } else { nil } }
                actions += attempt.ended(open[random(open.count)], random(9) == 0 ? .failed(status: 600) : .unreachable)
            }
        }
        let ends = actions.indices.filter { if case .end = actions[$0] { true } else { false } }
        #expect(ends.count == 1)
        #expect(ends.first == actions.count - 1)
        let started = actions.compactMap { if case .startBranch(let target) = $0 { target } else { nil } }
        #expect(Set(started).count == started.count)
    }
}
