import SIPPolicy
import SIPTestKit
import Testing

@Suite("Header fields in a policy")
struct HeaderTests {
    @Test("any case and the compact form are the same field (§7.3.3)")
    func names() throws {
        let values = try PolicyWorld.values(
            "local h = req.headers return h['SUBJECT'], h.subject, h.s, h['X-None'], h:has('S')",
            fields: [("Subject", "hello")])
        #expect(values == ["hello", "hello", "hello", "nil", "true"])
    }

    @Test("all gives every value, lists divided at their commas (§7.3.1)")
    func all() throws {
        let values = try PolicyWorld.values(
            """
            return table.concat(req.headers:all("Diversion"), "|"), table.concat(req.headers:all("X-A"), "|"),
              #req.headers:all("X-None")
            """,
            fields: [
                ("Diversion", "<sip:a@b,c>, <sip:d@e>"), ("X-A", "1, 2"), ("Diversion", "<sip:f@g>"), ("X-A", "3"),
            ])
        #expect(values == ["<sip:a@b,c>|<sip:d@e>|<sip:f@g>", "1, 2|3", "0"])
    }

    @Test("set, add, prepend and remove are seen by the next line")
    func editing() throws {
        let values = try PolicyWorld.values(
            """
            local h = req.headers
            h:set("X-A", "1")
            h:add("X-A", "2")
            h:prepend("X-A", "0")
            local first = table.concat(h:all("X-A"), "")
            h:set("X-A", "9")
            local second = table.concat(h:all("X-A"), "")
            h["X-B"] = 5
            local b = h["X-B"]
            h["X-B"] = nil
            return first, second, h:remove("X-A"), h:has("X-A"), b, h["X-B"]
            """)
        #expect(values == ["012", "9", "1", "false", "5", "nil"])
    }

    @Test("a removed and set field leaves one of the name, in the place of the first")
    func setReplacesAll() throws {
        let values = try PolicyWorld.values(
            """
            req.headers:set("X-A", "new")
            local out = {}
            for name, value in pairs(req.headers) do
              if name:sub(1, 2) == "X-" then out[#out + 1] = name .. value end
            end
            return table.concat(out, " ")
            """, fields: [("X-A", "1"), ("X-B", "2"), ("X-A", "3")])
        #expect(values == ["X-Anew X-B2"])
    }

    @Test("iteration is in order and does not stop at fields of one name")
    func iteration() throws {
        let values = try PolicyWorld.values(
            """
            local names = {}
            for name in pairs(req.headers) do names[#names + 1] = name end
            return table.concat(names, " ")
            """, fields: [("X-A", "1"), ("X-A", "2"), ("s", "x")])
        #expect(values == ["Via Max-Forwards From To Call-ID CSeq Contact X-A X-A Subject Content-Length"])
    }

    @Test(
        "the core's own fields, broken lines and the dialog's tags are refused (§16.6)",
        arguments: [
            ("headers:set('Via', 'x')", "header 'Via' belongs to the core and cannot be changed"),
            ("headers:add('v', 'x')", "header 'v' belongs to the core and cannot be changed"),
            ("headers:remove('Route')", "header 'Route' belongs to the core and cannot be changed"),
            ("headers:prepend('Record-Route', 'x')", "header 'Record-Route' belongs to the core and cannot be changed"),
            ("headers['Max-Forwards'] = '1'", "header 'Max-Forwards' belongs to the core and cannot be changed"),
            ("headers['l'] = '1'", "header 'l' belongs to the core and cannot be changed"),
            ("headers:set('CSeq', '1 X')", "header 'CSeq' belongs to the core and cannot be changed"),
            ("headers:set('Call-ID', 'x')", "header 'Call-ID' belongs to the core and cannot be changed"),
            ("headers:set('X', 'a\\r\\nVia: b')", "a header value has no CR, LF or NUL"),
            ("headers:set('X', 'a\\0')", "a header value has no CR, LF or NUL"),
            ("headers:set('X Y', 'a')", "'X Y' is no header name"),
            ("headers:remove('From')", "header 'From' cannot be removed"),
            ("headers:set('From', '<sip:x@y>;tag=other')", "the tag of From belongs to the dialog and stays"),
            ("headers:add('To', '<sip:x@y>')", "there is only one To; use set"),
        ])
    func refused(edit: String, message: String) throws {
        #expect(try PolicyWorld.failure("req." + edit) == "policy.lua:5: " + message)
    }

    @Test("what the policy changed is what goes out, the rest byte for byte (§16.6)")
    func relayed() throws {
        let world = try PolicyWorld(
            """
            req.headers:set("X-New", "yes")
            req.headers:remove("X-Old")
            req:relay("sip:bob@10.0.0.20")
            """)
        let bob = world.phone("bob", "10.0.0.20")
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request(
            "MESSAGE", "sip:bob@example.com", fields: [("X-Old", "1"), ("x-KeeP", "a  b")], body: "hi")
        world.advance(1)
        #expect(exchange.status == 200)
        let seen = bob.last("MESSAGE")
        #expect(seen?["X-New"] == "yes")
        #expect(seen?["X-Old"] == nil)
        #expect(seen?.fields.first { $0.name == "x-KeeP" }?.value == "a  b")
        #expect(seen?.uri == "sip:bob@10.0.0.20")
        #expect(seen?.body == "hi")
    }
}
