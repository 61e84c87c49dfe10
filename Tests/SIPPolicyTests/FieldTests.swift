import SIPPolicy
import SIPTestKit
import Testing

@Suite("Fields of requests, URIs and name-addrs")
struct FieldTests {
    @Test("what a request says about itself")
    func requestFields() throws {
        let values = try PolicyWorld.values(
            """
            return req.method, req.uri, req.cseq, req.user_agent, req.body, req.content_type, req.in_dialog,
              req.has_to_tag, req.is_first_hop, req.is_trusted, req.secure, req.cancelled, req.user, #req.route
            """,
            fields: [("User-Agent", "test/1"), ("Content-Type", "text/plain")], content: "hello")
        #expect(
            values == [
                "MESSAGE", "sip:bob@example.com", "1", "test/1", "hello", "text/plain", "false", "false", "true",
                "false", "false", "false", "nil", "0",
            ])
    }

    @Test("absent is nil, never an empty string")
    func absent() throws {
        let values = try PolicyWorld.values(
            """
            local u = sip.uri("sip:example.com")
            return req.user_agent, req.body, req.content_type, req.sdp, req.from.display, req.to.tag,
              u.user, u.password, u.port, sip.uri("tel:+49301").host
            """)
        #expect(values == Array(repeating: "nil", count: 10))
    }

    @Test("From, To and Contact with display name, tag and parameters (§20.10)")
    func nameAddrs() throws {
        let values = try PolicyWorld.values(
            """
            req.headers:set("Contact", "<sip:a@10.0.0.10:5099>;expires=60, <sip:b@c>")
            req.headers:set("To", '"Bob \\\\"B\\\\" Builder" <sip:bob@example.com;user=phone>;x=1;flag')
            return req.to.display, req.to.uri, req.to.params.x, req.to.params.flag, req.to.uri.params.user,
              req.from.tag ~= nil, req.contact.uri.port, req.contact.params.expires, req.from.uri.user
            """)
        #expect(
            values == [
                "Bob \"B\" Builder", "sip:bob@example.com;user=phone", "1", "true", "phone", "true", "5099", "60",
                "alice",
            ])
    }

    @Test("parts of URIs are unescaped (§19.1.2), and compared by §19.1.4")
    func uris() throws {
        let values = try PolicyWorld.values(
            """
            local u = sip.uri("sips:%61lice:p%20w@[2001:db8::1]:5061;transport=tcp;lr?subject=a%20b")
            local bad, err = sip.uri("not a uri")
            return u.scheme, u.user, u.password, u.host, u.port, u.params.transport, u.params.lr, u.headers.subject,
              u == sip.uri("sips:alice:p%20w@[2001:DB8:0::1]:5061;TRANSPORT=TCP;lr?Subject=a%20b"),
              u == sip.uri("sip:alice@x"), bad, err.kind, "<" .. req.uri .. ">",
              req.uri == sip.uri("sip:bob@EXAMPLE.com")
            """)
        #expect(
            values == [
                "sips", "alice", "p w", "[2001:db8::1]", "5061", "tcp", "true", "a b", "true", "false", "nil", "syntax",
                "<sip:bob@example.com>", "true",
            ])
    }

    @Test("local is what is ours: domains and own addresses (§16.5)")
    func local() throws {
        let values = try PolicyWorld.values(
            """
            return req.uri.is_local, sip.uri("sip:x@10.0.0.1").is_local, sip.uri("sip:x@10.0.0.2").is_local,
              sip.uri("tel:123").is_local, sip.uri("sip:Bob@Example.COM:5060;x=y").aor, sip.uri("tel:1").aor,
              sip.uri("sip:bob@10.0.0.1").aor
            """)
        #expect(
            values == [
                "true", "true", "false", "false", "sip:Bob@example.com", "nil", "sip:bob@example.com",
            ])
    }

    @Test("source and listener")
    func endpoints() throws {
        let values = try PolicyWorld.values(
            """
            return req.source.ip, req.source.port, req.source.transport, req.listener.ip, req.listener,
              req.source:is_in("10.0.0.0/8"), req.source:is_in("10.0.0.11"),
              req.source:is_in{ "192.0.2.0/24", "10.0.0.10" }
            """)
        #expect(values == ["10.0.0.10", "5060", "udp", "10.0.0.1", "udp:10.0.0.1:5060", "true", "false", "true"])
    }

    @Test("the Request-URI can be assigned, as text or URI, and is seen at once")
    func assignURI() throws {
        let values = try PolicyWorld.values(
            """
            req.uri = "sip:carol@example.com"
            local first = tostring(req.uri)
            req.uri = sip.uri("sip:dave@example.com")
            return first, req.uri.user
            """)
        #expect(values == ["sip:carol@example.com", "dave"])
    }

    @Test("body and content type can be assigned; nil takes both away")
    func assignBody() throws {
        let values = try PolicyWorld.values(
            """
            req.content_type = "application/sdp"
            req.body = "v=0\\r\\no=a 1 2 IN IP4 192.0.2.1\\r\\ns=-\\r\\nc=IN IP4 192.0.2.1\\r\\n"
              .. "m=audio 4000 RTP/AVP 0 8\\r\\na=sendonly\\r\\n"
            local s = req.sdp
            local a, b, c, d = s.connection.address, s.media[1].port, s.media[1].formats[2], s.media[1].direction
            local length = req.headers["Content-Length"]
            req.body = nil
            return a, b, c, d, length, req.body, req.content_type, req.sdp
            """)
        #expect(values == ["192.0.2.1", "4000", "8", "sendonly", "94", "nil", "nil", "nil"])
    }

    @Test("ctx is the policy's own, the same table each time")
    func ctx() throws {
        #expect(try PolicyWorld.values("req.ctx.x = 5 return req.ctx.x, req.ctx == req.ctx") == ["5", "true"])
    }

    @Test(
        "wrong names, types and values raise and say what and where",
        arguments: [
            ("return req.nmae", "request has no field 'nmae'"),
            ("req.method = 'X'", "'method' of request cannot be assigned"),
            ("req.uri = 'no uri'", "'no uri' is no URI"),
            ("req:reply('200')", "bad argument #1 to 'reply' (integer or response expected, got string)"),
            ("req:reply(99)", "a status is 100 to 699, not 99"),
            ("req:reply(200, 'a\\r\\nb')", "a reason phrase has no CR, LF or NUL"),
            ("req:reply(200, nil, { header = {} })", "unknown option 'header' in 'reply'"),
            ("req:reply(200, nil, { body = 'x' })", "a body needs its 'type'"),
            (
                "req:reply(200, nil, { headers = { Via = 'x' } })",
                "header 'Via' belongs to the core and cannot be changed"
            ),
            ("req:relay({ url = 'sip:a@b' })", "a target has no 'url'; it has uri, q, headers, route, via"),
            ("req:relay('sip:a@b', { timeout = 0 })", "'timeout' is a number of seconds above 0 and up to a day"),
            ("req:fork({ 'sip:a@b' }, { order = 'random' })", "'order' is q, parallel or serial, not 'random'"),
            ("req:fork({ 'sip:a@b', 'x' })", "target 2: 'x' is no URI"),
            ("req:redirect('sip:a@b', { status = 200 })", "a redirect's status is 300 to 399"),
            ("req.source:is_in('x')", "'x' is no address and no network such as 10.0.0.0/8"),
            ("req:record_route{ lr = true }", "'lr' is a parameter of the route itself"),
            ("sip.sleep(-1)", "a sleep is 0 seconds to a day"),
            ("registrar.save(req)", "only a REGISTER can be saved, not MESSAGE"),
            (
                "auth.require(req, { algorithms = { 'ROT13' } })",
                "there is no algorithm 'ROT13'; there are SHA-256, MD5, SHA-256-sess and MD5-sess"
            ),
        ])
    func mistakes(body: String, message: String) throws {
        #expect(try PolicyWorld.failure(body) == "policy.lua:5: " + message)
    }
}
