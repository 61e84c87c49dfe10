import SIPAuthentication
import SIPTokens
import SIPTransaction
import Testing

@Suite("Nonce counts (RFC 7616 §3.4)")
struct NonceCounterTests {
    static let lifetime = SIPDuration.seconds(Int64(300))
    let nonce = NonceToken(time: now, number: 42)

    @Test("counts are accepted out of order within 64, and none twice")
    func window() {
        let counter = NonceCounter(lifetime: Self.lifetime)
        func note(_ count: UInt32) -> NonceCounter.Verdict { counter.note(nonce, count: count, now: now) }
        #expect(note(100) == .fresh)
        #expect(note(100) == .repeated)
        #expect(note(37) == .fresh)
        #expect(note(37) == .repeated)
        #expect(note(36) == .repeated, "below the window")
        for count in (38..<100).reversed() as ReversedCollection<Range<UInt32>> { #expect(note(count) == .fresh) }
        for count in 38..<100 as Range<UInt32> { #expect(note(count) == .repeated) }
        #expect(note(164) == .fresh)
        #expect(note(101) == .fresh)
        #expect(note(100) == .repeated)
        #expect(note(.max) == .fresh)
        #expect(note(164) == .repeated)
        #expect(note(.max - 63) == .fresh)
    }

    @Test("zero is no count")
    func zero() {
        #expect(NonceCounter(lifetime: Self.lifetime).note(nonce, count: 0, now: now) == .repeated)
    }

    @Test("each nonce has a window of its own")
    func separate() {
        let counter = NonceCounter(lifetime: Self.lifetime)
        for number in 0..<100 as Range<UInt64> {
            #expect(counter.note(NonceToken(time: now, number: number), count: 1, now: now) == .fresh)
        }
        #expect(counter.note(NonceToken(time: now + 1, number: 0), count: 1, now: now) == .fresh)
        #expect(counter.nonceCount == 101)
    }

    @Test("nonces are forgotten when they have expired, and not before")
    func expiry() {
        let counter = NonceCounter(lifetime: Self.lifetime)
        var time = now
        for step in 0..<2_000 as Range<UInt64> {
            time = now + step * 5
            for stripe in 0..<64 as Range<UInt64> {
                let nonce = NonceToken(time: time, number: step * 64 + stripe)
                #expect(counter.note(nonce, count: 1, now: time) == .fresh)
            }
            let oldest = NonceToken(time: time - min(300, step * 5), number: (step - min(60, step)) * 64)
            #expect(counter.note(oldest, count: 1, now: time) == .repeated)
        }
        #expect(counter.nonceCount <= 64 * (340 / 5 + 2))
    }

    @Test("memory is bounded: with too many nonces the oldest are forgotten, and refused from then on")
    func bounded() {
        let counter = NonceCounter(lifetime: Self.lifetime, capacity: 1_600)
        var number: UInt64 = 0
        for time in now..<now + 300 {
            for _ in 0..<50 {
                number += 1
                _ = counter.note(NonceToken(time: time, number: number), count: 1, now: time)
            }
        }
        #expect(counter.nonceCount <= 1_600)
        for number in 1...50 as ClosedRange<UInt64> {
            let verdict = counter.note(NonceToken(time: now, number: number), count: 1, now: now + 299)
            #expect(verdict == .forgotten)
        }
    }

    @Test("of many threads that bring one count, one wins")
    func threads() async {
        let counter = NonceCounter(lifetime: Self.lifetime)
        let nonce = nonce
        let wins = await withTaskGroup(of: [UInt32].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (1...500).filter { counter.note(nonce, count: $0, now: now) == .fresh }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(wins).count == wins.count)
        #expect(wins.contains(500))
    }
}
