import SIPTransaction
import Testing

@testable import SIPTransport

/// The same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

@Suite("The queue of a shard")
struct EventQueueTests {
    private func number(_ event: ShardEvent) -> UInt64 {
        if case .transportFailed(let sender) = event { return sender }
        return .max
    }

    @Test("events keep their order through growth, taking and putting back")
    func order() {
        var queue = EventQueue(capacity: 4)
        defer { queue.free() }
        var model: [UInt64] = []
        var next: UInt64 = 0
        var generator = SplitMix(state: 1)
        let batch = UnsafeMutablePointer<ShardEvent>.allocate(capacity: 64)
        defer { batch.deallocate() }
        for _ in 0..<20_000 {
            for _ in 0..<UInt8.random(in: 0..<9, using: &generator) {
                queue.append(.transportFailed(sender: next))
                model.append(next)
                next += 1
            }
            let taken = queue.takeFirst(Int.random(in: 0..<12, using: &generator), into: batch)
            let handled = Int.random(in: 0...taken, using: &generator)
            let seen = (0..<handled).map { number((batch + $0).move()) }
            #expect(seen == Array(model.prefix(handled)))
            model.removeFirst(handled)
            queue.putBack(batch + handled, count: taken - handled)
            #expect(queue.count == model.count)
        }
    }
}
