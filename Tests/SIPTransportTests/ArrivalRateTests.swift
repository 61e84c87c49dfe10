import SIPTransaction
import Testing

@testable import SIPTransport

@Suite("When datagrams may gather")
struct ArrivalRateTests {
    private func rate(_ perSecond: Int, from start: inout Int64, _ rate: inout ArrivalRate) {
        for _ in 0..<100 {
            start += 1_000_000
            rate.note(perSecond / 1_000, at: SIPInstant(nanoseconds: start))
        }
    }

    @Test("above 8,000 a second they do, until fewer than 6,000 come")
    func thresholds() {
        var now: Int64 = 0
        var arrivals = ArrivalRate()
        rate(7_000, from: &now, &arrivals)
        #expect(!arrivals.isHigh)
        rate(9_000, from: &now, &arrivals)
        #expect(arrivals.isHigh)
        rate(7_000, from: &now, &arrivals)
        #expect(arrivals.isHigh)
        rate(5_000, from: &now, &arrivals)
        #expect(!arrivals.isHigh)
    }
}
