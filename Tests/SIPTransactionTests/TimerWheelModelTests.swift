import SIPTransaction
import Testing

/// A generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The wheel against a plain table of deadlines, over random operations.
@Suite("Timer wheel against a model")
struct TimerWheelModelTests {
    struct Model {
        let wheel: TimerWheel
        var random: SeededGenerator
        var now: Int64
        var deadlines: [UInt64: Int64] = [:]
        var handles: [UInt64: TimerHandle] = [:]
        var stale: [TimerHandle] = []
        var nextPayload: UInt64 = 0
        /// When `now` of the last advance was: what was due then has fired.
        var seen: Int64

        init(seed: UInt64, start: Int64) {
            wheel = TimerWheel(now: SIPInstant(nanoseconds: start))
            random = SeededGenerator(state: seed)
            now = start
            seen = start
        }

        /// A delay from one of the scales that occur: none, milliseconds, T1, 32 s, an hour, weeks.
        mutating func delay() -> Int64 {
            let scales: [Int64] = [1, 5_000_000, 500_000_000, 32_000_000_000, 3_600_000_000_000, 2_000_000_000_000_000]
            return Int64.random(in: 0...scales.randomElement(using: &random)!, using: &random)
        }

        mutating func schedule() {
            let deadline = now + delay()
            nextPayload += 1
            handles[nextPayload] = wheel.schedule(at: SIPInstant(nanoseconds: deadline), payload: nextPayload)
            deadlines[nextPayload] = deadline
        }

        mutating func cancel() {
            guard let payload = deadlines.keys.min(by: { $0 &* 0x9E37_79B1 < $1 &* 0x9E37_79B1 }) else { return }
            #expect(wheel.cancel(handles[payload]!))
            stale.append(handles[payload]!)
            deadlines[payload] = nil
            handles[payload] = nil
        }

        mutating func cancelStale() {
            guard let handle = stale.randomElement(using: &random) else { return }
            #expect(!wheel.cancel(handle))
        }

        mutating func advance() {
            now += Bool.random(using: &random) ? delay() / 8 : 1_000_000
            let next = wheel.nextDeadline.nanoseconds
            var last = Int64.min
            var fired: [UInt64] = []
            wheel.advance(to: SIPInstant(nanoseconds: now)) { fired.append($0) }
            if next > now { #expect(fired.isEmpty, "nextDeadline was later than a timer that was due") }
            for payload in fired {
                guard let deadline = deadlines.removeValue(forKey: payload) else {
                    Issue.record("fired twice or after cancel")
                    continue
                }
                stale.append(handles.removeValue(forKey: payload)!)
                #expect(deadline <= now, "fired early")
                // One that had passed when it was scheduled takes its place in the order by the time of scheduling.
                #expect(max(deadline, seen) + 1_100_000 > last, "out of order")
                last = max(last, deadline)
            }
            for (_, deadline) in deadlines { #expect(max(deadline, seen) + 1_000_000 > now, "fired late") }
            seen = now
            #expect(wheel.count == deadlines.count)
        }
    }

    @Test("random operations fire exactly what a table of deadlines says", arguments: 0..<24 as Range<UInt64>)
    func operations(seed: UInt64) {
        var model = Model(seed: seed, start: seed.isMultiple(of: 2) ? 0 : 77_777_777_777_777)
        for _ in 0..<1_500 {
            switch UInt8.random(in: 0..<10, using: &model.random) {
            case 0..<5: model.schedule()
            case 5..<7: model.cancel()
            case 7: model.cancelStale()
            default: model.advance()
            }
        }
        model.now += 3_000_000_000_000_000
        model.advance()
        #expect(model.deadlines.isEmpty)
        #expect(model.wheel.nextDeadline == .distantFuture)
    }
}
