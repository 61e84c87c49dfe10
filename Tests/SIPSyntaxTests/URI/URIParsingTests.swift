import SIPSyntax
import Testing

/// A URI and its components as texts.
struct URIVector: Sendable, CustomTestStringConvertible {
    var text: String
    var scheme: URIScheme = .sip
    var user: String?
    var password: String?
    var host: String?
    var port: UInt16?
    var parameters: String?
    var headers: String?
    var opaque: String?
    var testDescription: String { text }
}

@Suite("URI components (RFC 3261 §19.1.1)")
struct URIParsingTests {
    static let vectors: [URIVector] = [
        // RFC 3261 §19.1.3.
        URIVector(text: "sip:alice@atlanta.com", user: "alice", host: "atlanta.com"),
        URIVector(
            text: "sip:alice:secretword@atlanta.com;transport=tcp", user: "alice", password: "secretword",
            host: "atlanta.com", parameters: "transport=tcp"),
        URIVector(
            text: "sips:alice@atlanta.com?subject=project%20x&priority=urgent", scheme: .sips, user: "alice",
            host: "atlanta.com", headers: "subject=project%20x&priority=urgent"),
        URIVector(
            text: "sip:+1-212-555-1212:1234@gateway.com;user=phone", user: "+1-212-555-1212", password: "1234",
            host: "gateway.com", parameters: "user=phone"),
        URIVector(text: "sips:1212@gateway.com", scheme: .sips, user: "1212", host: "gateway.com"),
        URIVector(text: "sip:alice@192.0.2.4", user: "alice", host: "192.0.2.4"),
        URIVector(
            text: "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", host: "atlanta.com",
            parameters: "method=REGISTER", headers: "to=alice%40atlanta.com"),
        URIVector(text: "sip:alice;day=tuesday@atlanta.com", user: "alice;day=tuesday", host: "atlanta.com"),
        // RFC 4475 §3.1.1.2: unusual characters in user, password and display.
        URIVector(
            text: "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
                + "@example.com",
            user: "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*",
            password: "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)", host: "example.com"),
        // RFC 4475 §3.1.1.3 to §3.1.1.5: escapes, a semicolon in the user.
        URIVector(
            text: "sip:sips%3Auser%40example.com@example.net", user: "sips%3Auser%40example.com",
            host: "example.net"),
        URIVector(text: "sip:null-%00-null@example.com", user: "null-%00-null", host: "example.com"),
        URIVector(
            text: "sip:user;par=u%40example.net@example.com", user: "user;par=u%40example.net", host: "example.com"),
        URIVector(text: "sip:%75se%72@h", user: "%75se%72", host: "h"),
        // Ports, IPv6, letters of either case, empty parameters.
        URIVector(text: "SIP:Alice@AtLanTa.CoM:5060", user: "Alice", host: "AtLanTa.CoM", port: 5060),
        URIVector(text: "sIpS:h:65535", scheme: .sips, host: "h", port: 65_535),
        URIVector(text: "sip:h:00005060", host: "h", port: 5060),
        URIVector(text: "sip:[2001:db8::10]", host: "[2001:db8::10]"),
        URIVector(
            text: "sip:user@[::ffff:192.0.2.1]:5070;lr", user: "user", host: "[::ffff:192.0.2.1]", port: 5070,
            parameters: "lr"),
        URIVector(text: "sip:h;", host: "h", parameters: ""),
        URIVector(text: "sip:h;;lr;", host: "h", parameters: ";lr;"),
        URIVector(text: "sip:h?a=b", host: "h", headers: "a=b"),
        URIVector(text: "sip:h;a?", host: "h", parameters: "a", headers: ""),
        URIVector(text: "sip:u:@h", user: "u", password: "", host: "h"),
        // What others send though the grammar has it not.
        URIVector(text: "sip:*21#@my_pbx", user: "*21#", host: "my_pbx"),
        URIVector(text: "sip:jürgen@h", user: "jürgen", host: "h"),
        URIVector(text: "sip:u@h;x=a@b", user: "u", host: "h", parameters: "x=a@b"),
        URIVector(text: "sip:u@h?Replaces=a@b", user: "u", host: "h", headers: "Replaces=a@b"),
        // tel (RFC 3966 §6).
        URIVector(text: "tel:+1-201-555-0123", scheme: .tel, user: "+1-201-555-0123"),
        URIVector(
            text: "tel:7042;phone-context=example.com", scheme: .tel, user: "7042",
            parameters: "phone-context=example.com"),
        URIVector(
            text: "TEL:863-1234;phone-context=+1-914-555", scheme: .tel, user: "863-1234",
            parameters: "phone-context=+1-914-555"),
        URIVector(text: "tel:*31#;phone-context=x", scheme: .tel, user: "*31#", parameters: "phone-context=x"),
        // Other schemes (RFC 4475 §3.1.2.16, §3.3.2).
        URIVector(
            text: "nobodyKnowsThisScheme:totallyopaquecontent", scheme: .other, opaque: "totallyopaquecontent"),
        URIVector(text: "soap.beep://192.0.2.103:3002", scheme: .other, opaque: "//192.0.2.103:3002"),
        URIVector(text: "urn:service:sos", scheme: .other, opaque: "service:sos"),
        URIVector(text: "a:b%zz", scheme: .other, opaque: "b%zz"),
    ]

    @Test("every component is found", arguments: vectors)
    func components(_ vector: URIVector) throws {
        try vector.text.withByteView { text in
            let layout = try #require(URILayout(text))
            #expect(layout.scheme == vector.scheme)
            #expect(layout.user(in: text)?.string == vector.user)
            #expect(layout.password(in: text)?.string == vector.password)
            #expect(layout.host(in: text)?.string == vector.host)
            #expect(layout.port == vector.port)
            #expect(layout.parameters(in: text)?.string == vector.parameters)
            #expect(layout.headers(in: text)?.string == vector.headers)
            #expect(layout.opaque(in: text)?.string == vector.opaque)
        }
    }

    @Test(
        "a malformed URI is refused",
        arguments: [
            "", "sip", "sip:", "sips:", "tel:", "x:", ":x", "1a:b", "a b:c", "-a:b",
            "sip:@h", "sip::p@h", "sip:a@", "sip:a@:5060", "sip:a@;lr", "sip:;lr", "sip:?a=b",
            "sip:h:", "sip:h:0", "sip:h:65536", "sip:h:99999999999999999999", "sip:h:5060x", "sip:h:-1", "sip:h: 5060",
            "sip:a b@h", "sip:a@h h", " sip:a@h", "sip:a@h ", "sip:a@h\r\n", "sip:a\u{1}@h", "sip:a\u{7F}@h",
            "sip:a@h;p=\u{0}", "sip:a@h?x=y z", "sip:a@h;p=\"q\"", "<sip:a@h>", "sip:a<b@h", "sip:a>b@h", "sip:a\"@h",
            "sip:%@h", "sip:%4@h", "sip:%4g@h", "sip:a%@h", "sip:a:%4@h", "sip:a@h;p=%4", "sip:a@h;p=%zz",
            "sip:a@h?x=%", "sip:a@%68ost", "sip:a@h%41", "sip:a@b@c", "sip:a@h/x", "sip:a@hö",
            "sip:[::1", "sip:[]", "sip:[::g]", "sip:[1:2:3]", "sip:[::1]x", "sip:[::1%25eth0]", "sip:a@[192.0.2.1]",
            "tel:+", "tel:-.()", "tel:+12a", "tel:1+2", "tel:12 3", "tel:123?a=b", "tel:123;a=%4", "tel:+*1",
            "http:a b", "http:<a>", "mailto:\"a\"@b", "x:\u{7F}",
        ])
    func refused(_ text: String) {
        #expect(text.withByteView { URILayout($0) } == nil)
    }

    @Test("every prefix of a URI is read or refused, never trapped on")
    func prefixes() {
        for vector in Self.vectors {
            let bytes = Array(vector.text.utf8)
            for length in 0...bytes.count {
                let layout = Array(bytes[..<length]).withByteView { URILayout($0) }
                if length == bytes.count { #expect(layout != nil) }
            }
        }
    }

    @Test("65,535 bytes are read, one more is refused")
    func longest() throws {
        let long = "sip:" + String(repeating: "a", count: 65_529) + "@h"
        try long.withByteView { text in
            let layout = try #require(URILayout(text))
            #expect(layout.host(in: text)?.string == "h")
            #expect(layout.user.count == 65_529)
        }
        #expect((long + "h").withByteView { URILayout($0) } == nil)
        #expect(("x:" + String(repeating: "a", count: 65_534)).withByteView { URILayout($0) } == nil)
    }

    @Test("a parameter is found by its name in either case, escaped or not, as flag or value")
    func parameterSearch() throws {
        try "sip:u@h;LR;transport=TCP;%6dethod=X;ttl=;a=b=c;transport=udp".withByteView { text in
            let layout = try #require(URILayout(text))
            #expect(layout.hasParameter("lr", in: text))
            #expect(layout.parameterValue("lr", in: text) == nil)
            #expect(layout.parameterValue("Transport", in: text)?.string == "TCP")
            #expect(layout.transport(in: text) == .tcp)
            #expect(layout.parameterValue("method", in: text)?.string == "X")
            #expect(layout.parameterValue("ttl", in: text)?.string == "")
            #expect(layout.parameterValue("a", in: text)?.string == "b=c")
            #expect(!layout.hasParameter("l", in: text))
            #expect(!layout.hasParameter("maddr", in: text))
        }
    }
}
