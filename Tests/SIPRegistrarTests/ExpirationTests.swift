import SIPRegistrar
import Testing

@Suite("How long a binding lasts (§10.3 step 7)")
struct ExpirationTests {
    let registrar = Registrar()

    /// The seconds that a new binding is given.
    private func seconds(_ lines: String...) throws -> Int64? {
        let registrar = Registrar()
        let change = try registrar.register(lines.joined(separator: "\r\n"))
        return change.current.first.map { $0.expiresAt - registrar.now }
    }

    @Test("the expires parameter counts before the Expires field, and that before the default (§10.3 step 7)")
    func precedence() throws {
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>;expires=100", "Expires: 200") == 100)
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>", "Expires: 200") == 200)
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>") == 3600)
    }

    @Test("an expires within the brackets belongs to the URI (§20.10)")
    func uriParameter() throws {
        #expect(try seconds("Contact: <sip:bob@192.0.2.1;expires=100>", "Expires: 200") == 200)
        #expect(try seconds("Contact: sip:bob@192.0.2.1;expires=100", "Expires: 200") == 100)
    }

    @Test("a malformed expires counts as 3600 (§20.10)", arguments: ["soon", "-1", "", "1.5"])
    func malformed(_ text: String) throws {
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>;expires=\(text)", "Expires: 200") == 3600)
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>", "Expires: x\(text)") == 3600)
    }

    @Test("a longer time than allowed is shortened, however large the number (§10.3 step 7)")
    func tooLong() throws {
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>;expires=7201") == 7200)
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>;expires=99999999999999999999999") == 7200)
    }

    @Test("a shorter time than allowed is refused with 423 and Min-Expires, and nothing is stored (§10.3 step 7)")
    func tooBrief() throws {
        let refusal = try #require(
            try registrar.refusal("Contact: <sip:bob@192.0.2.1>", "Contact: <sip:bob@192.0.2.2>;expires=59"))
        #expect(refusal.status == 423)
        #expect(String(decoding: refusal.extraLines, as: UTF8.self) == "Min-Expires: 60\r\n")
        #expect(registrar.contacts() == nil)
        #expect(try seconds("Contact: <sip:bob@192.0.2.1>;expires=60") == 60)
    }

    @Test("an hour or more is never too brief, whatever the configured minimum (§10.3 step 7)")
    func anHourIsEnough() throws {
        registrar.rules = RegistrationRules(minExpires: 7200, maxExpires: 10_000)
        #expect(try registrar.refusal("Contact: <sip:bob@192.0.2.1>;expires=3599")?.status == 423)
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=3600")
        #expect(change.current.first?.expiresAt == registrar.now + 3600)
    }

    @Test("the default obeys the configured minimum and maximum")
    func defaultIsClamped() throws {
        registrar.rules = RegistrationRules(minExpires: 60, maxExpires: 600)
        #expect(try registrar.register("Contact: <sip:bob@192.0.2.1>").current[0].expiresAt == registrar.now + 600)
        registrar.rules = RegistrationRules(minExpires: 60, maxExpires: 600, defaultExpires: 5)
        let change = try registrar.register("Contact: <sip:bob@192.0.2.2>")
        #expect(change.added[0].expiresAt == registrar.now + 60)
    }

    @Test("a binding is not seen from the second on in which it ends (§10.2.1.1)")
    func expiry() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=60", "Contact: <sip:bob@192.0.2.2>;expires=90")
        registrar.now += 59
        #expect(registrar.contacts()?.count == 2)
        registrar.now += 1
        #expect(registrar.contacts() == ["sip:bob@192.0.2.2"])
        registrar.now += 30
        #expect(registrar.contacts() == [])
    }

    @Test("expires=0 removes that contact and leaves the others (§10.2.2)")
    func zeroRemoves() throws {
        try registrar.register("Contact: <sip:bob@192.0.2.1>, <sip:bob@192.0.2.2>")
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>;expires=0", cseq: 2)
        #expect(change.removed.map(\.binding.contactText) == ["sip:bob@192.0.2.1"])
        #expect(change.removed.map(\.reason) == [.requested])
        #expect(registrar.contacts() == ["sip:bob@192.0.2.2"])
    }

    @Test("removing what is not there is accepted (§10.3 step 7)")
    func removesNothing() throws {
        let change = try registrar.register("Contact: <sip:bob@192.0.2.1>", "Expires: 0")
        #expect(change.isEmpty && change.current.isEmpty)
        #expect(registrar.contacts() == nil)
    }
}
