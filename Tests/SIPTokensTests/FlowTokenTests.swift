import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@Suite("Flow token (RFC 5626 §5.1)")
struct FlowTokenTests {
    static let tokens = [DialogTokenTests.udp, DialogTokenTests.udp6, DialogTokenTests.tcp].map {
        FlowToken(node: 0x0102_0304, bootID: 0xFFEE_DDCC_BBAA_9988, flow: $0)
    }

    func encoded(_ token: FlowToken, _ ring: KeyRing = ring()) -> [UInt8] {
        text { token.encode(to: $0, ring: ring) }
    }

    func decoded(_ text: [UInt8], _ ring: KeyRing = ring()) -> FlowToken? {
        text.withByteView { FlowToken($0, ring: ring) }
    }

    @Test("a token is read back", arguments: tokens)
    func roundTrip(token: FlowToken) {
        let text = encoded(token)
        #expect(decoded(text) == token)
        #expect(isPlain(text))
    }

    @Test("each flipped bit and every other length is refused", arguments: tokens)
    func flipped(token: FlowToken) {
        let text = encoded(token)
        for other in flips(of: text) + wrongLengths(of: text) { #expect(decoded(other) == nil) }
    }

    @Test("the previous key is accepted, an older one is refused")
    func rotation() {
        var rotated = ring()
        let text = encoded(Self.tokens[0])
        rotated.rotate(randomBytes: keyBytes(50))
        #expect(decoded(text, rotated) == Self.tokens[0])
        rotated.rotate(randomBytes: keyBytes(51))
        #expect(decoded(text, rotated) == nil)
    }

    @Test("a token of one kind is none of another, whatever its key")
    func kinds() {
        let ring = ring()
        let text = encoded(Self.tokens[0])
        text.withByteView { view in
            #expect(
                DialogToken.verify(
                    view, callID: .empty, fromTag: .empty, toTag: .empty, parameters: .empty, ring: ring) == nil)
            #expect(BranchToken(view, ring: ring) == nil)
            #expect(NonceToken(view, ring: ring) == nil)
        }
    }

    @Test("a connection dies with the run of its node, a UDP flow does not")
    func alive() {
        let (udp, tcp) = (Self.tokens[0], Self.tokens[2])
        #expect(udp.isAlive(node: udp.node, bootID: 1))
        #expect(!udp.isAlive(node: 1, bootID: udp.bootID))
        #expect(tcp.isAlive(node: tcp.node, bootID: tcp.bootID))
        #expect(!tcp.isAlive(node: tcp.node, bootID: 1))
    }
}
