import SIPAuthentication
import SIPSyntax
import Testing

@Suite("Authorization values (§20.7, RFC 7616 §3.4)")
struct DigestCredentialsTests {
    static let response = "6629fae49393a05397450978507c4ef1"
    static let base = #"Digest username="a", realm="r", nonce="n", uri="sip:x", response="\#(response)""#

    func parse<R>(_ text: String, _ body: (DigestCredentials) -> R) -> R? {
        text.withByteView { DigestCredentials($0).map(body) }
    }

    func isRefused(_ text: String) -> Bool { parse(text, { _ in true }) == nil }

    @Test("all parameters are read, in any order and case, with folded lines and without some quotes")
    func tolerant() {
        let text = """
            dIgEsT  USERNAME = "al\\"ice" ,\r\n realm="a \\\\ b",Nonce=abc/=x , uri=sip:b@c;lr ,, response="\(Self.response)",\
            algorithm="md5",cnonce="c,=d", opaque="", qop="auth", nc=0000001F, other="x,y", auth-param=z
            """
        let read: Void? = parse(text) { credentials in
            #expect(credentials.username.raw.string == "al\\\"ice")
            #expect(credentials.username.unescaped == Array("al\"ice".utf8))
            #expect(credentials.realm.unescaped == Array("a \\ b".utf8))
            #expect(credentials.nonce.raw.string == "abc/=x")
            #expect(credentials.uri.raw.string == "sip:b@c;lr")
            #expect(credentials.clientNonce.raw.string == "c,=d")
            #expect(credentials.opaque.raw.isEmpty)
            #expect(credentials.algorithm == .md5)
            #expect(credentials.protection == .auth)
            #expect(credentials.nonceCount == 31)
            #expect(credentials.nonceCountText.string == "0000001F")
            #expect(String(decoding: credentials.response.hex, as: UTF8.self) == Self.response)
            #expect(credentials.isSupported)
        }
        #expect(read != nil)
    }

    @Test("the form of RFC 2069 is MD5 without qop")
    func old() {
        let read: Void? = parse(Self.base) { credentials in
            #expect(credentials.algorithm == .md5)
            #expect(credentials.protection == .none)
            #expect(credentials.nonceCount == 0)
        }
        #expect(read != nil)
    }

    @Test("a missing parameter is refused", arguments: ["username", "realm", "nonce", "uri", "response"])
    func missing(name: String) { #expect(isRefused(Self.base.replacing("\(name)=", with: "x-\(name)="))) }

    @Test(
        "a parameter that occurs twice is refused",
        arguments: [
            "username=\"b\"", "realm=\"b\"", "nonce=\"b\"", "uri=\"b\"", "response=\"\(response)\"",
            "algorithm=MD5, algorithm=MD5", "opaque=a, opaque=b", "cnonce=a, nc=00000001, qop=auth, qop=auth",
        ])
    func twice(extra: String) { #expect(isRefused(Self.base + ", " + extra)) }

    @Test(
        "other malformed values are refused",
        arguments: [
            "", "Digest", "Basic QWxhZGRpbjpvcGVu", "Digest ", base + ", qop=auth", base + ", qop=auth, cnonce=a",
            base + ", qop=auth, cnonce=a, nc=1", base + ", qop=auth, cnonce=a, nc=0000000g",
            base + ", algorithm=MD5-sess",
            base + ", algorithm=SHA-256", base + ", x", base + ", x=", base + ", x=\"", base + ", x=\"\\",
            base + " y=1",
            base + ", =1", base.replacing(response, with: "12"),
        ])
    func malformed(text: String) { #expect(isRefused(text)) }

    @Test("every prefix of a value is refused or read, and never more")
    func prefixes() {
        let text = Self.base + ", qop=auth, cnonce=\"a\", nc=00000001, algorithm=MD5"
        for count in 0..<text.utf8.count { _ = isRefused(String(text.prefix(count))) }
    }

    @Test("an unknown algorithm or qop is read, and marked")
    func unsupported() {
        for extra in ["algorithm=SHA-512-256", "qop=auth-conf, nc=00000001, cnonce=a"] {
            #expect(parse(Self.base + ", " + extra) { $0.isSupported } == false)
        }
    }
}
