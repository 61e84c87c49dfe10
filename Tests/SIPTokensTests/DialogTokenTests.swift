import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@Suite("Dialog token (§16.6 step 4, §12)")
struct DialogTokenTests {
    static let udp = Flow(
        transport: .udp, listener: 3, remote: TransportAddress(ip: IPAddress(v4: 0xC000_0201), port: 5062))
    static let udp6 = Flow(
        transport: .udp, listener: 4,
        remote: TransportAddress(ip: IPAddress(v6High: 0xFE80 << 48, low: 9), port: 65535, scope: 7))
    static let nowhere = TransportAddress(ip: IPAddress(v4: 0), port: 0)
    static let tcp = Flow(transport: .tcp, listener: 1, remote: nowhere, connection: 0xDEAD_BEEF)

    static let tokens = [
        DialogToken(listener: 0),
        DialogToken(listener: 65535, trustMark: .max),
        DialogToken(listener: 1, creatorFlow: udp),
        DialogToken(listener: 1, answererFlow: udp6),
        DialogToken(listener: 2, creatorFlow: tcp, answererFlow: udp, bootID: 77),
        DialogToken(listener: 2, trustMark: 9, creatorFlow: udp6, answererFlow: tcp, bootID: .max),
    ]

    struct Dialog {
        var callID = "a84b4c76e66710@pc33.atlanta.com"
        var from = "1928301774"
        var to = "a6c85cf"
        var parameters = "lr;account=7"
    }

    func encoded(_ token: DialogToken, _ dialog: Dialog = Dialog(), _ ring: KeyRing = ring()) -> [UInt8] {
        text { out in
            dialog.callID.withByteView { callID in
                dialog.from.withByteView { tag in
                    dialog.parameters.withByteView {
                        token.encode(callID: callID, creatorTag: tag, parameters: $0, to: out, ring: ring)
                    }
                }
            }
        }
    }

    func verified(_ text: [UInt8], _ dialog: Dialog = Dialog(), _ ring: KeyRing = ring()) -> DialogToken.Verified? {
        text.withByteView { text in
            dialog.callID.withByteView { callID in
                dialog.from.withByteView { from in
                    dialog.to.withByteView { to in
                        dialog.parameters.withByteView {
                            DialogToken.verify(
                                text, callID: callID, fromTag: from, toTag: to, parameters: $0, ring: ring)
                        }
                    }
                }
            }
        }
    }

    @Test("a token is read back in both directions, and tells which end sent the request", arguments: tokens)
    func roundTrip(token: DialogToken) {
        let text = encoded(token)
        #expect(isPlain(text))
        let forward = verified(text)
        #expect(forward == DialogToken.Verified(token: token, sender: .creator))
        #expect(forward?.nextFlow == token.answererFlow)
        let backward = verified(text, Dialog(from: Dialog().to, to: Dialog().from))
        #expect(backward == DialogToken.Verified(token: token, sender: .answerer))
        #expect(backward?.nextFlow == token.creatorFlow)
    }

    @Test("the plainest token has 16 characters")
    func length() { #expect(encoded(DialogToken(listener: 0)).count == 16) }

    @Test("each flipped bit and every other length is refused", arguments: tokens)
    func flipped(token: DialogToken) {
        let text = encoded(token)
        for other in flips(of: text) + wrongLengths(of: text) { #expect(verified(other) == nil) }
    }

    @Test("a token of another dialog, with other tags or other parameters, is refused")
    func otherDialog() {
        let text = encoded(Self.tokens[5])
        #expect(verified(text, Dialog(callID: "b84b4c76e66710@pc33.atlanta.com")) == nil)
        #expect(verified(text, Dialog(from: "forged", to: "forged")) == nil)
        #expect(verified(text, Dialog(parameters: "lr;account=8")) == nil)
        #expect(verified(text, Dialog(parameters: "")) == nil)
        #expect(verified(text, Dialog(callID: Dialog().callID + "lr", parameters: ";account=7")) == nil)
        #expect(verified(text, Dialog(to: "another")) != nil, "the answerer's tag is not known yet when it is made")
    }

    @Test("the previous key is accepted, an older one and a stranger's are refused")
    func rotation() {
        var rotated = ring()
        let text = encoded(Self.tokens[2])
        rotated.rotate(randomBytes: keyBytes(50))
        #expect(verified(text, Dialog(), rotated) != nil)
        rotated.rotate(randomBytes: keyBytes(51))
        #expect(verified(text, Dialog(), rotated) == nil)
        #expect(verified(text, Dialog(), ring(2)) == nil)
    }

    @Test("the boot id is kept only when a flow is a connection")
    func bootID() {
        #expect(DialogToken(listener: 1, creatorFlow: Self.udp, bootID: 5).bootID == 0)
        #expect(DialogToken(listener: 1, creatorFlow: Self.tcp, bootID: 5).bootID == 5)
    }
}
