import SIPProxy
import SIPSyntax
import SIPTokens
import Testing

@Suite("Request forwarding's edits (§16.6)")
struct BranchBuilderTests {
    private func prepare(
        _ message: SIPMessage, uri: String = "", route: String = "", keepsRoute: Bool = false
    ) -> SIPMessage {
        uri.withByteView { uri in
            route.withByteView { BranchBuilder.prepare(message, uri: uri, route: $0, keepsRoute: keepsRoute) }
        }
    }

    @Test("the Request-URI is the target, and one hop is gone (steps 2 and 3)")
    func target() throws {
        let message = try request(["Max-Forwards: 70"])
        let copy = prepare(message, uri: "sip:bob@10.0.0.20")
        #expect(copy.requestURI.string == "sip:bob@10.0.0.20")
        #expect(copy.values(.maxForwards) == ["69"])
        #expect(message.requestURI.string == "sip:bob@example.com")
        #expect(message.values(.maxForwards) == ["70"])
    }

    @Test("without Max-Forwards it gets 70 (step 3)")
    func maxForwards() throws { #expect(prepare(try request()).values(.maxForwards) == ["70"]) }

    @Test("a target's own route takes the place of what is left, a kept route set stays (step 6)")
    func routes() throws {
        let message = try request(["Route: <sip:left;lr>"])
        #expect(
            prepare(message, uri: "sip:x@y", route: "<sip:p1;lr>, <sip:p2;lr>").values(.route) == [
                "<sip:p1;lr>, <sip:p2;lr>"
            ])
        #expect(prepare(message, uri: "sip:x@y").values(.route).isEmpty)
        #expect(prepare(message, keepsRoute: true).values(.route) == ["<sip:left;lr>"])
    }

    @Test("a strict next hop gets its URI in the Request-URI, and the target goes last (step 6)")
    func strict() throws {
        let message = try request(["Route: <sip:strict>, <sip:loose;lr>"])
        let copy = prepare(message, keepsRoute: true)
        #expect(copy.requestURI.string == "sip:strict")
        #expect(copy.values(.route) == ["<sip:loose;lr>", "<sip:bob@example.com>"])
        let alone = prepare(try request(["Route: <sip:strict>"]), keepsRoute: true)
        #expect(alone.requestURI.string == "sip:strict")
        #expect(alone.values(.route) == ["<sip:bob@example.com>"])
    }

    @Test("Via goes on top with a branch that is ours (step 8)")
    func via() throws {
        var copy = prepare(try request())
        let token = BranchToken(shard: 3, kind: .stateful, number: 77, loopHash: 5)
        BranchBuilder.addVia(
            &copy, listener: identity.listeners[1], branch: token, keys: keys, scratch: ByteWriter())
        let top = copy.values(.via)[0]
        #expect(top.hasPrefix("SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bK"))
        #expect(copy.values(.via).count == 2)
        let branch = String(top.split(separator: "=")[1])
        #expect(branch.withByteView { BranchToken($0, ring: keys) } == token)
    }

    @Test("one Record-Route between equal sides, two between different ones, ours in front (step 4, RFC 5658 §3)")
    func recordRoute() throws {
        func add(_ incoming: Int, _ outgoing: Int, _ parameters: String = "") throws -> [String] {
            var copy = prepare(try request(["Record-Route: <sip:before;lr>"]))
            parameters.withByteView {
                BranchBuilder.addRecordRoute(
                    &copy, token: DialogToken(listener: UInt16(outgoing)), incoming: identity.listeners[incoming],
                    outgoing: identity.listeners[outgoing], parameters: $0, keys: keys, scratch: ByteWriter())
            }
            return copy.values(.recordRoute).flatMap { $0.split(separator: ",").map { String($0) } }
        }
        let single = try add(0, 0)
        #expect(single.count == 2)
        #expect(single[0].hasSuffix("@10.0.0.1:5060;lr>"))
        #expect(single[1] == "<sip:before;lr>")
        let double = try add(0, 1, "leg=a")
        #expect(double.count == 3)
        #expect(double[0].hasSuffix("@10.0.0.1:5060;transport=tcp;lr;leg=a>"))
        #expect(double[1].hasSuffix("@10.0.0.1:5060;lr;leg=a>"))
    }

    @Test("what Record-Route has written comes back as proof (§16.4)")
    func roundTrip() throws {
        var copy = prepare(try request())
        BranchBuilder.addRecordRoute(
            &copy, token: DialogToken(listener: 0), incoming: identity.listeners[0], outgoing: identity.listeners[1],
            parameters: .empty, keys: keys, scratch: ByteWriter())
        let values = copy.values(.recordRoute)[0].split(separator: ",").reversed().map { String($0) }
        var next = try request(["Route: \(values.joined(separator: ","))"], method: "BYE", toTag: "callee")
        let finding = RoutePreprocessing.run(&next, identity, keys: keys)
        #expect(finding.token?.sender == .creator)
        #expect(finding.ownValues == 2)
    }

    @Test("a stream needs a Content-Length (step 9)")
    func contentLength() throws {
        var copy = try request()
        BranchBuilder.addContentLength(&copy)
        BranchBuilder.addContentLength(&copy)
        #expect(copy.values(.contentLength) == ["0"])
    }
}
