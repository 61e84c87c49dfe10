import SIPCore
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Testing

@Suite("Peers of RFC 2543, without the magic cookie (§17.2.3)")
struct OldPeerTests {
    private func request(_ method: String, cseq: Int, branch: String = "", toTag: String = "") -> String {
        """
        \(method) sip:echo@example.com SIP/2.0\r
        Via: SIP/2.0/UDP 10.0.0.10:5060\(branch)\r
        From: <sip:alice@example.com>;tag=1\r
        To: <sip:echo@example.com>\(toTag)\r
        Call-ID: old\r
        CSeq: \(cseq) \(method)\r
        Content-Length: 0\r\n\r\n
        """
    }

    @Test("a repeat without branch is absorbed, another CSeq is a new request", arguments: ["", ";branch=1"])
    func repeats(branch: String) {
        var seen = 0
        let world = World(
            PolicyScript { request in
                seen += 1
                request.reply(299)
            })
        let alice = world.phone("alice", "10.0.0.10")
        alice.sendRaw(request("MESSAGE", cseq: 1, branch: branch))
        alice.sendRaw(request("MESSAGE", cseq: 1, branch: branch))
        world.advance(1)
        #expect(seen == 1)
        #expect(alice.receivedResponses("MESSAGE").count == 2)
        alice.sendRaw(request("MESSAGE", cseq: 2, branch: branch))
        world.advance(1)
        #expect(seen == 2)
        world.expectNothingLeft()
    }

    @Test("the ACK of a failure belongs to its INVITE: the failure is repeated no longer")
    func acknowledgement() {
        let world = World(PolicyScript { $0.reply(486) })
        let alice = world.phone("alice", "10.0.0.10")
        alice.sendRaw(request("INVITE", cseq: 1))
        world.advance(0.1)
        let tag = alice.receivedResponses("INVITE").last?["To"]?.split(separator: ";").last.map { ";\($0)" } ?? ""
        #expect(tag.hasPrefix(";tag="))
        alice.sendRaw(request("ACK", cseq: 1, toTag: tag))
        world.advance(20)
        #expect(alice.receivedResponses("INVITE").filter { $0.status == 486 }.count == 1)
        world.expectNothingLeft()
    }
}
