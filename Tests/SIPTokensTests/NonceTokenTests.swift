import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@Suite("Nonce token (§22.4, RFC 7616 §3.3)")
struct NonceTokenTests {
    static let now: UInt64 = 1_800_000_000
    static let token = NonceToken(time: now, number: 0xFEDC_BA98_7654_3210)

    func encoded(_ token: NonceToken = token, _ ring: KeyRing = ring()) -> [UInt8] {
        text { token.encode(to: $0, ring: ring) }
    }

    func check(_ text: [UInt8], at now: UInt64 = now, _ ring: KeyRing = ring()) -> NonceToken.Check {
        text.withByteView { NonceToken.check($0, now: now, lifetime: .seconds(Int64(300)), ring: ring) }
    }

    @Test("a nonce is read back and has 41 plain characters")
    func roundTrip() {
        let text = encoded()
        #expect(check(text) == .valid(Self.token))
        #expect(text.count == NonceToken.textLength)
        #expect(isPlain(text))
    }

    @Test("a nonce is valid for its lifetime and stale after it")
    func lifetime() {
        let text = encoded()
        #expect(check(text, at: Self.now + 300) == .valid(Self.token))
        #expect(check(text, at: Self.now + 301) == .stale)
        #expect(check(text, at: Self.now - 30) == .valid(Self.token), "another node's clock may be ahead")
        #expect(check(text, at: Self.now - 31) == .stale)
    }

    @Test("each flipped bit and every other length is refused")
    func flipped() {
        let text = encoded()
        for other in flips(of: text) + wrongLengths(of: text) { #expect(check(other) == .forged) }
    }

    @Test("the previous key is accepted, an older one is refused")
    func rotation() {
        var rotated = ring()
        let text = encoded()
        rotated.rotate(randomBytes: keyBytes(50))
        #expect(check(text, at: Self.now, rotated) == .valid(Self.token))
        rotated.rotate(randomBytes: keyBytes(51))
        #expect(check(text, at: Self.now, rotated) == .forged)
    }
}
