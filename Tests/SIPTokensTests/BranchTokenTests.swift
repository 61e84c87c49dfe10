import SIPSyntax
import SIPTokens
import Testing

@Suite("Branch token (§8.1.1.7, §16.6 step 8)")
struct BranchTokenTests {
    static let token = BranchToken(
        shard: 513, kind: .stateful, number: 0x0123_4567_89AB_CDEF, loopHash: 0xFEDC_BA98_7654)

    func encoded(_ token: BranchToken = token, _ ring: KeyRing = ring()) -> [UInt8] {
        text { token.encode(to: $0, ring: ring) }
    }

    func decoded(_ text: [UInt8], _ ring: KeyRing = ring()) -> BranchToken? {
        text.withByteView { BranchToken($0, ring: ring) }
    }

    @Test("a branch is read back, begins with the cookie and is a token of 42 characters")
    func roundTrip() {
        for kind in [BranchToken.Kind.stateful, .stateless] {
            for extreme in [0, .max] as [UInt64] {
                let token = BranchToken(
                    shard: UInt16(truncatingIfNeeded: extreme), kind: kind, number: extreme, loopHash: extreme)
                let text = encoded(token)
                #expect(decoded(text) == token)
                #expect(text.count == BranchToken.textLength)
                #expect(text.starts(with: Array("z9hG4bK".utf8)))
                #expect(isPlain(text))
            }
        }
    }

    @Test("the text is the one of the first release")
    func stable() {
        #expect(String(decoding: encoded(), as: UTF8.self) == "z9hG4bKQAAIBASNFZ4mrze_-3LqYdlQN6Hp7H--AXU")
    }

    @Test("each flipped bit is refused")
    func flipped() {
        for text in flips(of: encoded()) { #expect(decoded(text) == nil) }
    }

    @Test("every other length is refused")
    func lengths() {
        for text in wrongLengths(of: encoded()) { #expect(decoded(text) == nil) }
    }

    @Test("the previous key is accepted, an older one and a stranger's are refused")
    func rotation() {
        var rotated = ring()
        let text = encoded()
        rotated.rotate(randomBytes: keyBytes(50))
        #expect(decoded(text, rotated) == Self.token)
        #expect(decoded(encoded(Self.token, rotated), rotated) == Self.token)
        rotated.rotate(randomBytes: keyBytes(51))
        #expect(decoded(text, rotated) == nil)
        #expect(decoded(text, ring(2)) == nil)
    }

    @Test("another version is refused")
    func version() {
        var text = encoded()
        for character in "AgwB1".utf8 {
            text[7] = character
            #expect(decoded(text) == nil)
        }
    }

    @Test("a loop is a branch of ours with the same loop hash; anything else is a spiral or a stranger's")
    func loop() {
        let ring = ring()
        encoded().withByteView { branch in
            #expect(BranchToken.looksOurs(branch))
            #expect(BranchToken.isLoop(branch, loopHash: Self.token.loopHash | 1 << 60, ring: ring))
            #expect(!BranchToken.isLoop(branch, loopHash: Self.token.loopHash ^ 1, ring: ring))
        }
        "z9hG4bKnashds7".withByteView { branch in
            #expect(!BranchToken.looksOurs(branch))
            #expect(!BranchToken.isLoop(branch, loopHash: 0, ring: ring))
        }
    }
}
