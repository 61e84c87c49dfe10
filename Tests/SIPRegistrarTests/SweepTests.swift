import SIPRegistrar
import SIPSyntax
import SIPTokens
import Testing

@Suite("Taking out what is over")
struct SweepTests {
    let registrar = Registrar()

    @Test("the sweep takes out bindings that ran out or lost their connection, and counts them")
    func dead() throws {
        try registrar.register("Contact: <sip:a@h>;expires=60, <sip:b@h>", user: "alice")
        try registrar.register("Contact: <sip:c@h>", flow: Registrar.tcp(7), user: "bob")
        try registrar.register("Contact: <sip:d@h>", user: "carol")
        #expect(registrar.sweep() == 0)
        #expect(registrar.table.bindingCount == 4 && registrar.table.addressCount == 3)
        registrar.now += 60
        registrar.table.connectionClosed(7)
        #expect(registrar.sweep() == 2)
        #expect(registrar.table.bindingCount == 2 && registrar.table.addressCount == 2)
        #expect(registrar.contacts("alice") == ["sip:b@h"])
        #expect(registrar.contacts("bob") == [])
        #expect(registrar.sweep() == 0)
    }

    @Test("one call takes out no more than it may look at, and the calls together take out everything")
    func bounded() throws {
        for user in 0..<2000 { try registrar.register("Contact: <sip:a@h>;expires=60", user: "user\(user)") }
        registrar.now += 60
        var removed = 0
        var calls = 0
        while removed < 2000, calls < 1000 {
            let count = registrar.table.sweep(now: registrar.now, limit: 100)
            #expect(count <= 100)
            removed += count
            calls += 1
        }
        #expect(removed == 2000)
        #expect(calls > 20)
        #expect(registrar.table.bindingCount == 0)
    }

    @Test("no call does anything with a limit of 0")
    func nothing() throws {
        try registrar.register("Contact: <sip:a@h>;expires=60")
        registrar.now += 60
        #expect(registrar.table.sweep(now: registrar.now, limit: 0) == 0)
        #expect(registrar.table.bindingCount == 1)
    }

    @Test("an address-of-record without bindings is forgotten after a while")
    func forgotten() throws {
        let table = LocationTable(hashKey: SipKey(low: 3, high: 4), memory: 1000)
        let request = try registrar.request("Contact: <sip:a@h>;expires=60")
        "sip:bob@example.com".withByteView { address in
            _ = table.register(address, request, RegistrationRules(), now: 0)
            #expect(table.sweep(now: 60, limit: 10_000) == 1)
            #expect(table.sweep(now: 1059, limit: 10_000) == 0)
            #expect(table.lookup(address, now: 1059) == [])
            #expect(table.knownCount == 1)
            #expect(table.sweep(now: 1060, limit: 10_000) == 0)
            #expect(table.lookup(address, now: 1060) == nil)
            #expect(table.knownCount == 0)
        }
    }

    @Test("after any mixture of registering, unregistering and forgetting the table has what a dictionary has")
    func model() throws {
        let table = LocationTable(hashKey: SipKey(low: 5, high: 6), memory: 0)
        let add = try registrar.request("Contact: <sip:a@h>;expires=100")
        var model: [Int: Int64] = [:]
        var random = SplitMix(state: 42)
        var now: Int64 = 0
        for step in 0..<20_000 {
            let user = Int(random.next() % 3000)
            "sip:\(user)@example.com".withByteView { address in
                if random.next() % 4 == 0 {
                    #expect(table.unregister(address, contact: nil, now: now) == (model[user] == nil ? 0 : 1))
                    model[user] = nil
                } else {
                    // What is there already is a repeat, which writes nothing.
                    _ = table.register(address, add, RegistrationRules(), now: now)
                    model[user] = model[user] ?? now + 100
                }
            }
            guard step % 50 == 0 else { continue }
            now += 1
            _ = table.sweep(now: now, limit: 100_000)
            model = model.filter { $0.value > now }
            #expect(table.knownCount == model.count)
            #expect(table.bindingCount == model.count)
        }
        _ = table.sweep(now: now, limit: 100_000)
        for user in 0..<3000 {
            let found = "sip:\(user)@example.com".withByteView { table.lookup($0, now: now) }
            #expect(found?.map(\.expiresAt) == model[user].map { [$0] })
        }
    }
}

/// A small random generator with a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
