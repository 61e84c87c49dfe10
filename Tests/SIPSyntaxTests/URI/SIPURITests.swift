import SIPSyntax
import Testing

@Suite("URIs as values (RFC 3261 §19.1.2)")
struct SIPURITests {
    @Test("components are read unescaped")
    func components() throws {
        let uri = try #require(SIPURI("sips:a%40b:p%3a@[::1]:5071;transport=tls;x=%41;lr?Subject=a%20b&y"))
        #expect(uri.scheme == .sips)
        #expect(uri.schemeText == "sips")
        #expect(uri.user == "a@b")
        #expect(uri.password == "p:")
        #expect(uri.host == "[::1]")
        #expect(uri.port == 5071)
        #expect(uri.transport == .tls)
        #expect(uri.parameter(named: "X") == "A")
        #expect(uri.parameter(named: "lr") == "")
        #expect(uri.parameter(named: "none") == nil)
        #expect(uri.parameters.map(\.name) == ["transport", "x", "lr"])
        #expect(uri.parameters.map(\.value) == ["tls", "A", nil])
        #expect(uri.headers.map(\.name) == ["Subject", "y"])
        #expect(uri.headers.map(\.value) == ["a b", ""])
    }

    @Test("a URI is written with every escape that the grammar demands")
    func builder() throws {
        let uri = try #require(
            SIPURI(
                scheme: .sips, user: "a b@c:d%<\"ü>", host: "2001:db8::1", port: 5061,
                parameters: [("lr", nil), ("x;y", "1=2?é"), ("t", "[::1]/&+$:")]))
        #expect(
            uri.description
                == "sips:a%20b%40c%3Ad%25%3C%22%C3%BC%3E@[2001:db8::1]:5061;lr;x%3By=1%3D2%3F%C3%A9;t=[::1]/&+$:")
        #expect(uri.user == "a b@c:d%<\"ü>")
        #expect(uri.parameter(named: "x;y") == "1=2?é")
        #expect(SIPURI(host: "example.com")?.description == "sip:example.com")
    }

    @Test("impossible parts give no URI")
    func impossible() {
        #expect(SIPURI(scheme: .tel, host: "h") == nil)
        #expect(SIPURI(host: "") == nil)
        #expect(SIPURI(host: "a b") == nil)
        #expect(SIPURI(host: "h:1") == nil)
        #expect(SIPURI(host: "h;x") == nil)
        #expect(SIPURI(host: "[::g]") == nil)
        #expect(SIPURI(user: "", host: "h") == nil)
        #expect(SIPURI(host: "h", port: 0) == nil)
        #expect(SIPURI(host: "h", parameters: [("", "x")]) == nil)
        #expect(SIPURI(user: String(repeating: "a", count: 70_000), host: "h") == nil)
    }

    /// The text after an edit, or nil when the edit is refused; a refused edit must have changed nothing.
    private func edit(_ text: String, _ change: (inout SIPURI) -> Bool) throws -> String? {
        var uri = try #require(SIPURI(text))
        let isDone = change(&uri)
        if !isDone { #expect(uri.description == text) }
        return isDone ? uri.description : nil
    }

    @Test("edits keep everything else as it is spelt")
    func edits() throws {
        let text = "SIP:a:p@H:5060;A=1;b;%41=2?x=y"
        #expect(try edit(text) { $0.setUser("x/y@") } == "SIP:x/y%40:p@H:5060;A=1;b;%41=2?x=y")
        #expect(try edit(text) { $0.setUser(nil) } == "SIP:H:5060;A=1;b;%41=2?x=y")
        #expect(try edit(text) { $0.setHost("::1") } == "SIP:a:p@[::1]:5060;A=1;b;%41=2?x=y")
        #expect(try edit(text) { $0.setPort(nil) } == "SIP:a:p@H;A=1;b;%41=2?x=y")
        #expect(try edit(text) { $0.setPort(1) } == "SIP:a:p@H:1;A=1;b;%41=2?x=y")
        #expect(try edit(text) { $0.setParameter("a", "3") } == "SIP:a:p@H:5060;a=3;b?x=y")
        #expect(try edit(text) { $0.setParameter("c", nil) } == "SIP:a:p@H:5060;A=1;b;%41=2;c?x=y")
        #expect(try edit(text) { $0.removeParameter("a") } == "SIP:a:p@H:5060;b?x=y")
        #expect(try edit(text) { $0.removeParameter("none") } == text)
        #expect(try edit(text) { $0.removeHeaders() } == "SIP:a:p@H:5060;A=1;b;%41=2")
        var uri = try #require(SIPURI(text))
        uri.setUser(nil)
        uri.setPort(5070)
        uri.removeParameter("a")
        uri.removeParameter("b")
        uri.removeHeaders()
        #expect(uri.description == "SIP:H:5070")
        #expect(uri.user == nil)
        #expect(uri.port == 5070)
    }

    @Test("an edit that makes no URI changes nothing")
    func refusedEdits() throws {
        #expect(try edit("sip:a@h") { $0.setUser("") } == nil)
        #expect(try edit("sip:a@h") { $0.setHost("h h") } == nil)
        #expect(try edit("sip:a@h") { $0.setPort(0) } == nil)
        #expect(try edit("sip:a@h") { $0.setParameter("", "x") } == nil)
        #expect(try edit("sip:a@h") { $0.setParameter("x", String(repeating: "%", count: 30_000)) } == nil)
        #expect(try edit("tel:+1") { $0.setUser("2") } == nil)
        #expect(try edit("tel:+1") { $0.setHost("h") } == nil)
        #expect(try edit("tel:+1") { $0.setParameter("a", nil) } == nil)
    }
}
