import SIPProxy
import SIPSyntax
import SIPTokens
import Testing

@Suite("Route information preprocessing (§16.4)")
struct RoutePreprocessingTests {
    private func run(_ message: inout SIPMessage) -> RouteFinding {
        RoutePreprocessing.run(&message, identity, keys: keys)
    }

    @Test("without Route nothing is found")
    func none() throws {
        var message = try request()
        #expect(run(&message).token == nil)
    }

    @Test("our value with a token is taken off, what follows stays (§16.4, loose routing)")
    func loose() throws {
        var message = try request(
            ["Route: <sip:\(dialogToken(0))@10.0.0.1:5060;lr>,<sip:next;lr>"], uri: "sip:bob@10.0.0.20", toTag: "callee"
        )
        let finding = run(&message)
        #expect(finding.token?.sender == .creator)
        #expect(finding.ownValues == 1)
        #expect(finding.hasRemaining)
        #expect(message.values(.route) == ["<sip:next;lr>"])
        #expect(message.requestURI.string == "sip:bob@10.0.0.20")
    }

    @Test("two values of ours, joined or in fields of their own: the last one's listener is where it leaves (RFC 5658)")
    func double() throws {
        let first = "<sip:\(dialogToken(0))@10.0.0.1:5060;lr>"
        let second = "<sip:\(dialogToken(1))@10.0.0.1:5060;transport=tcp;lr>"
        for fields in [["Route: \(first), \(second)"], ["Route: \(first)", "Route: \(second)"]] {
            var message = try request(fields, toTag: "callee")
            let finding = run(&message)
            #expect(finding.ownValues == 2)
            #expect(finding.outgoingListener == 1)
            #expect(finding.token?.token.listener == 0)
            #expect(!finding.hasRemaining)
            #expect(!message.has(.route))
        }
    }

    @Test("from the other end the To tag is the creator's")
    func answerer() throws {
        var message = try request(
            ["Route: <sip:\(dialogToken(0, tag: "callee"))@10.0.0.1:5060;lr>"], toTag: "callee")
        #expect(run(&message).token?.sender == .answerer)
    }

    @Test(
        "a token of another call, another dialog or with other parameters proves nothing, and is taken off",
        arguments: [
            dialogToken(0, callID: "other"), dialogToken(0, tag: "other"), dialogToken(0, parameters: "k=v"), "forged",
            "",
        ])
    func forged(user: String) throws {
        let at = user.isEmpty ? "" : "\(user)@"
        var message = try request(["Route: <sip:\(at)10.0.0.1:5060;lr>"], toTag: "callee")
        let finding = run(&message)
        #expect(finding.token == nil)
        #expect(finding.ownValues == 1)
        #expect(!message.has(.route))
    }

    @Test("the policy's parameters come back, and a changed one breaks the proof")
    func parameters() throws {
        let token = dialogToken(0, parameters: "leg=a;x=1")
        var good = try request(["Route: <sip:\(token)@10.0.0.1:5060;lr;leg=a;x=1>"], toTag: "callee")
        #expect(String(decoding: run(&good).parameters, as: UTF8.self) == "leg=a;x=1")
        var changed = try request(["Route: <sip:\(token)@10.0.0.1:5060;lr;leg=b;x=1>"], toTag: "callee")
        #expect(run(&changed).token == nil)
    }

    @Test("a strict router's rewriting is undone: the last Route becomes the Request-URI (§16.4)")
    func strict() throws {
        let own = "sip:\(dialogToken(0))@10.0.0.1:5060;lr"
        for fields in [
            ["Route: <sip:next;lr>, <sip:bob@10.0.0.20>"], ["Route: <sip:next;lr>", "Route: <sip:bob@10.0.0.20>"],
        ] {
            var message = try request(fields, uri: own, toTag: "callee")
            let finding = run(&message)
            #expect(message.requestURI.string == "sip:bob@10.0.0.20")
            #expect(message.values(.route) == ["<sip:next;lr>"])
            #expect(finding.token != nil)
        }
    }

    @Test("the name of a domain of ours in Route is this server; another host's value stays")
    func names() throws {
        var named = try request(["Route: <sip:example.com;lr>"])
        #expect(run(&named).ownValues == 1)
        var foreign = try request(["Route: <sip:example.net;lr>"])
        #expect(run(&foreign).hasRemaining)
        #expect(foreign.values(.route) == ["<sip:example.net;lr>"])
    }
}
