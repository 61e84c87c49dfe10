import SIPRegistrar
import SIPSyntax
import Testing

@Suite("Contacts that nobody meant")
struct RegistrationFuzzTests {
    private static let parts: [String] = [
        "<", ">", "\"", "\\", ",", ";", "=", "*", "%41", "%", "@", ":", " ", "\t", "\r\n ", "sip:", "tel:+1", "b@h",
        "[::1]", ";expires=", ";q=0.", "5", ";+sip.instance=\"<urn:a>\"", ";+sip.instance=", ";reg-id=1",
        ";methods=\"A\"", "é",
    ]

    @Test("whatever stands in Contact, the answer's lines name the very bindings that are stored")
    func answers() throws {
        let registrar = Registrar()
        registrar.rules.maxContacts = 1000
        var random = SplitMix(state: 7)
        var accepted = 0
        for round in 1...4000 {
            let garbage = (0..<Int(random.next() % 6)).map { _ in Self.parts.randomElement(using: &random) ?? "" }
            let text = "<sip:a@h>\(garbage.joined());expires=\(60 + round)\(garbage.reversed().joined())"
            guard let change = try? registrar.register("Contact: \(text)", callID: "c\(round)") else { continue }
            accepted += 1
            let lines = change.contactLines(now: registrar.now).joined(separator: "\r\n")
            let copy = Registrar()
            copy.rules.maxContacts = 1000
            copy.now = registrar.now
            let again = try copy.register(lines, callID: "c")
            #expect(again.current.map(\.contactText) == change.current.map(\.contactText), "\(text)")
            #expect(again.current.map(\.instance) == change.current.map(\.instance), "\(text)")
            #expect(again.current.map(\.q) == change.current.map(\.q), "\(text)")
            registrar.unregister()
        }
        #expect(accepted > 200)
    }
}
