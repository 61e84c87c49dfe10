import SIPProxy
import Testing

@Suite("The best response (§16.7 step 6)")
struct BestResponseTests {
    @Test(
        "the first of each pair wins, whichever came first",
        arguments: [
            (603, 200), (200, 302), (302, 401), (300, 486), (401, 404), (407, 486), (484, 480), (420, 404), (404, 486),
            (486, 408), (486, 500), (408, 500), (500, 503), (599, 503), (415, 402),
        ])
    func order(better: Int, worse: Int) {
        #expect(BestResponse.isBetter(better, than: worse))
        #expect(!BestResponse.isBetter(worse, than: better))
    }

    @Test("of equal ones the later wins")
    func ties() {
        for status in [302, 401, 486, 408, 500, 503, 603] { #expect(BestResponse.isBetter(status, than: status)) }
        #expect(BestResponse.isBetter(600, than: 603) && BestResponse.isBetter(603, than: 600))
    }

    @Test("503 goes upstream as 500, everything else as it is")
    func upstream() {
        #expect(BestResponse.upstreamStatus(503) == 500)
        for status in [300, 404, 500, 504, 600] { #expect(BestResponse.upstreamStatus(status) == status) }
    }
}
