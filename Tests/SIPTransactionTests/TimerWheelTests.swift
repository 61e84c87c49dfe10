import SIPTransaction
import Testing

/// What "at most 1 ms late" is held against.
private let millisecond: Int64 = 1_000_000

@Suite("Timer wheel")
struct TimerWheelTests {
    func fired(_ wheel: TimerWheel, at nanoseconds: Int64) -> [UInt64] {
        var list: [UInt64] = []
        wheel.advance(to: SIPInstant(nanoseconds: nanoseconds)) { list.append($0) }
        return list
    }

    @Test(
        "a timer never fires early and at most 1 ms late",
        arguments: [
            0, 1, 300_000, millisecond, 500 * millisecond, 4_000 * millisecond, 32_000 * millisecond,
            180_000 * millisecond, 3_600_000 * millisecond, 86_400_000 * 40 * millisecond,
        ] as [Int64])
    func precision(delay: Int64) {
        for start in [0, 7, 123_456_789, 98_765_432_101_234] as [Int64] {
            let wheel = TimerWheel(now: SIPInstant(nanoseconds: start))
            _ = wheel.schedule(at: SIPInstant(nanoseconds: start + delay), payload: 7)
            #expect(fired(wheel, at: start + delay - 1) == [])
            #expect(fired(wheel, at: start + delay + millisecond) == [7])
            #expect(wheel.isEmpty)
        }
    }

    @Test("a wheel that is advanced to each next deadline fires at the first one that is due")
    func nextDeadline() {
        let wheel = TimerWheel()
        #expect(wheel.nextDeadline == .distantFuture)
        let due: Int64 = 3_723_000 * millisecond + 17
        _ = wheel.schedule(at: SIPInstant(nanoseconds: due), payload: 1)
        var steps = 0
        while !wheel.isEmpty {
            let next = wheel.nextDeadline
            #expect(next.nanoseconds <= due + millisecond)
            let list = fired(wheel, at: next.nanoseconds)
            #expect(list.isEmpty == (next.nanoseconds < due))
            steps += 1
        }
        #expect(steps <= 5, "one step a level")
        #expect(wheel.nextDeadline == .distantFuture)
    }

    @Test("a cancelled timer does not fire, and a stale handle is ignored")
    func cancel() {
        let wheel = TimerWheel()
        let first = wheel.schedule(at: SIPInstant(nanoseconds: 5 * millisecond), payload: 1)
        #expect(wheel.cancel(first))
        #expect(!wheel.cancel(first))
        let second = wheel.schedule(at: SIPInstant(nanoseconds: 5 * millisecond), payload: 2)
        #expect(!wheel.cancel(first), "the node was used again")
        #expect(!wheel.cancel(.none))
        #expect(!wheel.cancel(TimerHandle(packed: .max)))
        #expect(fired(wheel, at: 6 * millisecond) == [2])
        #expect(!wheel.cancel(second))
    }

    @Test("a deadline that has passed is due with the next tick")
    func past() {
        let wheel = TimerWheel(now: SIPInstant(nanoseconds: 50_000 * millisecond))
        _ = wheel.schedule(at: SIPInstant(nanoseconds: 1), payload: 1)
        #expect(fired(wheel, at: 50_001 * millisecond) == [1])
    }

    @Test("deadlines beyond the wheel's reach wait")
    func reach() {
        let wheel = TimerWheel()
        _ = wheel.schedule(at: .distantFuture, payload: 1)
        let century: Int64 = 100 * 365 * 86_400_000 * millisecond
        _ = wheel.schedule(at: SIPInstant(nanoseconds: century), payload: 2)
        #expect(fired(wheel, at: century - 1) == [])
        #expect(fired(wheel, at: century + millisecond) == [2])
        #expect(wheel.count == 1)
    }

    @Test("what is scheduled and cancelled from within an advance counts at once")
    func reentrance() {
        let wheel = TimerWheel()
        let at = SIPInstant(nanoseconds: 10 * millisecond)
        var handles: [TimerHandle] = []
        for payload in 0..<3 as Range<UInt64> { handles.append(wheel.schedule(at: at, payload: payload)) }
        var list: [UInt64] = []
        let now = SIPInstant(nanoseconds: 11 * millisecond)
        wheel.advance(to: now) { payload in
            list.append(payload)
            for handle in handles { wheel.cancel(handle) }
            _ = wheel.schedule(at: now, payload: payload + 10)
        }
        #expect(list.count == 1, "the other two were cancelled and the new one waits for the next tick")
        #expect(fired(wheel, at: 12 * millisecond) == [list[0] + 10])
    }

    @Test("an error of the body leaves the other timers scheduled")
    func throwingBody() {
        struct Stop: Error {}
        let wheel = TimerWheel()
        for payload in 0..<5 as Range<UInt64> { _ = wheel.schedule(at: .zero, payload: payload) }
        #expect(throws: Stop.self) {
            try wheel.advance(to: SIPInstant(nanoseconds: millisecond)) { _ throws(Stop) in throw Stop() }
        }
        #expect(fired(wheel, at: millisecond).count == 4)
    }

    @Test("memory is used again, and given back when the wheel runs empty")
    func memory() {
        let wheel = TimerWheel()
        let small = wheel.footprint
        var now: Int64 = 0
        for _ in 0..<3 {
            for payload in 0..<50_000 as Range<UInt64> {
                _ = wheel.schedule(at: SIPInstant(nanoseconds: now + 32_000 * millisecond), payload: payload)
            }
            #expect(wheel.footprint <= 50_000 * 32 + 100_000)
            now += 33_000 * millisecond
            #expect(fired(wheel, at: now).count == 50_000)
        }
        #expect(wheel.footprint <= small + 64 * 1024)
    }
}
