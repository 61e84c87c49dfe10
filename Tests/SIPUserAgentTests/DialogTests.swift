import SIPSyntax
import SIPTransaction
import Testing

@testable import SIPUserAgent

@Suite("Dialogs with a scripted peer")
struct DialogTests {
    let network = VirtualNetwork()

    private func fields(_ message: SIPMessage, _ name: HeaderName) -> [String] {
        elements(of: message, name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Answers INVITE with 200 and these fields, and everything else with 200.
    private func answering(_ recordRoutes: [String] = []) -> ScriptedPeer {
        network.peer { peer, request in
            switch request.method {
            case .ack: break
            case .invite:
                let routes = recordRoutes.map { "Record-Route: \($0)" }
                peer.reply(request, "200 OK", routes + ["Contact: <sip:bob@\(peer.address)>"])
            default: peer.reply(request, "200 OK")
            }
        }
    }

    private func call(_ peer: ScriptedPeer, for seconds: Int64? = nil) -> VirtualAgent {
        let alice = network.agent("alice") {
            $0.password = "secret"
            $0.outboundFlow = Flow(transport: .udp, listener: 0, remote: peer.address)
        }
        var options = CallOptions()
        options.duration = seconds.map { .seconds($0) }
        alice.perform { $0.call(uri("sip:bob@example.com"), options) }
        return alice
    }

    @Test("the route set is Record-Route reversed, in ACK and BYE, sent to its first element (§12.1.2, §12.2.1.1)")
    func routeSet() {
        let peer = answering(["<sip:192.0.2.1:5060;lr;p=2>, <sip:192.0.2.1;lr;p=1>"])
        let alice = call(peer, for: 1)
        network.advance(2)
        #expect(alice.events.last == "ended: hungUp")
        let (ack, bye) = (peer.received[1], peer.received[2])
        for request in [ack, bye] {
            #expect(fields(request, .route) == ["<sip:192.0.2.1;lr;p=1>", "<sip:192.0.2.1:5060;lr;p=2>"])
            #expect(request.requestURI.string == "sip:bob@\(peer.address)")
        }
        #expect(ack.value(of: .cSeq)?.string == "1 ACK")
        #expect(bye.value(of: .cSeq)?.string == "2 BYE")
        #expect(bye.value(of: .to)?.string.hasSuffix(";tag=peer") == true)
    }

    @Test("a strict router gets the Request-URI, and the target goes last (§12.2.1.1)")
    func strictRouter() {
        let peer = answering(["<sip:192.0.2.1>"])
        _ = call(peer)
        let ack = peer.received[1]
        #expect(ack.requestURI.string == "sip:192.0.2.1")
        #expect(fields(ack, .route) == ["<sip:bob@\(peer.address)>"])
    }

    @Test("a 407 is answered, and the ACK of the 200 repeats the credentials (§22.3)")
    func proxyAuthentication() {
        let peer = network.peer { peer, request in
            guard request.method == .invite else { return }
            guard request.has(.proxyAuthorization) else {
                return peer.reply(
                    request, "407 Proxy Authentication Required",
                    ["Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\""])
            }
            peer.reply(request, "200 OK", ["Contact: <sip:bob@\(peer.address)>"])
        }
        let alice = call(peer)
        #expect(network.names == ["INVITE", "407 INVITE", "ACK", "INVITE", "200 INVITE", "ACK"])
        #expect(alice.events == ["established"])
        let credentials = peer.received[2].value(of: .proxyAuthorization)?.string
        #expect(credentials != nil)
        #expect(peer.received[3].value(of: .proxyAuthorization)?.string == credentials)
    }

    @Test("the 200 of a second phone is acknowledged and ended, the first is the call (§13.2.2.4)")
    func forkedAnswers() {
        let peer = network.peer { peer, request in
            switch request.method {
            case .invite:
                for tag in ["one", "two", "two"] {
                    peer.reply(request, "200 OK", tag: tag, ["Contact: <sip:\(tag)@\(peer.address)>"])
                }
            case .bye: peer.reply(request, "200 OK")
            default: break
            }
        }
        let alice = call(peer)
        network.advance(1)
        #expect(alice.events == ["established"])
        #expect(
            peer.received.map { "\($0.methodText.string) \($0.requestURI.string)" } == [
                "INVITE sip:bob@example.com", "ACK sip:one@\(peer.address)", "ACK sip:two@\(peer.address)",
                "BYE sip:two@\(peer.address)", "ACK sip:two@\(peer.address)",
            ])
    }

    @Test("a redirection tells its contacts (§8.1.3.4)")
    func redirection() {
        let peer = network.peer { peer, request in
            guard request.method == .invite else { return }
            peer.reply(request, "302 Moved Temporarily", ["Contact: <sip:carol@example.org>"])
        }
        let alice = call(peer)
        #expect(alice.events == ["ended: rejected 302 [\"<sip:carol@example.org>\"]"])
    }

    // MARK: Requests of the peer

    /// A request within the dialog of a call from `alice`, or of a call to her.
    private func inDialog(
        _ method: String, cseq: Int, _ invite: SIPMessage, tag: String, from peer: ScriptedPeer, to agent: VirtualAgent,
        body: String = ""
    ) {
        peer.send(
            [
                "\(method) \(agent.contact) SIP/2.0",
                "Via: SIP/2.0/UDP \(peer.address);branch=z9hG4bK\(method)\(cseq)",
                "From: <sip:bob@example.com>;tag=\(tag)", "To: \(invite.value(of: .from)?.string ?? "")",
                "Call-ID: \(invite.value(of: .callID)?.string ?? "")", "CSeq: \(cseq) \(method)",
                "Contact: <sip:bob@\(peer.address)>", "Content-Length: \(body.utf8.count)",
            ], body: body, to: agent.address)
        network.deliver()
    }

    private func statuses(_ peer: ScriptedPeer) -> [Int] { peer.received.filter { !$0.isRequest }.map(\.status) }

    @Test("a re-INVITE is answered 200, sent again until its ACK; its caller may end the call (§14.2)")
    func reInvite() {
        let peer = answering()
        let alice = call(peer)
        let invite = peer.received[0]
        inDialog("INVITE", cseq: 7, invite, tag: "peer", from: peer, to: alice)
        network.advance(1.2)
        #expect(statuses(peer) == [200, 200])
        inDialog("ACK", cseq: 7, invite, tag: "peer", from: peer, to: alice)
        network.advance(5)
        #expect(statuses(peer) == [200, 200])
        inDialog("INVITE", cseq: 8, invite, tag: "peer", from: peer, to: alice)
        network.advance(0.6)
        #expect(statuses(peer) == [200, 200, 200, 200])
        inDialog("ACK", cseq: 8, invite, tag: "peer", from: peer, to: alice)
        inDialog("BYE", cseq: 9, invite, tag: "peer", from: peer, to: alice)
        #expect(alice.events.last == "ended: hungUpByPeer")
        network.advance(70)
        #expect(alice.isIdle)
    }

    @Test("a request with another tag is in no dialog (481), one with an old CSeq is out of order (500) (§12.2.2)")
    func strangers() {
        let peer = answering()
        let alice = call(peer)
        let invite = peer.received[0]
        inDialog("BYE", cseq: 7, invite, tag: "other", from: peer, to: alice)
        inDialog("OPTIONS", cseq: 8, invite, tag: "peer", from: peer, to: alice)
        inDialog("BYE", cseq: 6, invite, tag: "peer", from: peer, to: alice)
        #expect(statuses(peer) == [481, 200, 500])
        #expect(alice.events == ["established"])
    }

    @Test("an unknown extension in Require is refused with 420 and Unsupported (§8.2.2.3)")
    func requiredExtension() {
        let peer = network.peer { _, _ in }
        let bob = network.agent("bob")
        invite(bob, from: peer, extra: ["Require: 100rel"])
        #expect(statuses(peer) == [420])
        #expect(peer.received[0].value(of: .unsupported)?.string == "100rel")
    }

    // MARK: Session descriptions

    private func invite(_ bob: VirtualAgent, from peer: ScriptedPeer, extra: [String] = [], body: String = "") {
        peer.send(
            [
                "INVITE \(bob.contact) SIP/2.0", "Via: SIP/2.0/UDP \(peer.address);branch=z9hG4bK1",
                "From: <sip:carol@example.com>;tag=c", "To: <sip:bob@example.com>", "Call-ID: 1", "CSeq: 1 INVITE",
                "Contact: <sip:carol@\(peer.address)>", "Content-Type: application/sdp",
                "Content-Length: \(body.utf8.count)",
            ] + extra, body: body, to: bob.address)
        network.deliver()
    }

    @Test("the answer has a line for each of the offer's, takes one audio stream and refuses the rest (RFC 3264 §6)")
    func answer() {
        let peer = network.peer { _, _ in }
        let bob = network.agent("bob")
        invite(
            bob, from: peer,
            body: """
                v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=video 4000 RTP/AVP 31\r\n\
                m=audio 4002 RTP/AVP 97 0\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n
                """)
        let answer = SDPSummary(peer.received.last?.body ?? .empty)
        #expect(answer?.media.map(\.type) == ["video", "audio"])
        #expect(answer?.media.map(\.port) == [0, 9])
        #expect(answer?.media.last?.formats == ["97"])
        #expect(answer?.media.last?.direction == .inactive)
        #expect(answer?.media.last?.attributes.first?.value == "97 opus/48000/2")
    }

    @Test("an offer without a stream that can be taken is refused with 488 (§13.3.1.3)")
    func unacceptableOffer() {
        let peer = network.peer { _, _ in }
        let bob = network.agent("bob")
        invite(bob, from: peer, body: "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=video 4000 RTP/AVP 31\r\n")
        #expect(statuses(peer) == [488])
        #expect(bob.events.isEmpty)
    }

    @Test("an INVITE without an offer gets one in the 200 (§13.2.1)")
    func delayedOffer() {
        let peer = network.peer { _, _ in }
        let bob = network.agent("bob")
        invite(bob, from: peer)
        #expect(statuses(peer) == [180, 200])
        #expect(SDPSummary(peer.received.last?.body ?? .empty)?.media.first?.formats == ["0", "8"])
    }
}
