import SIPRegistrar
import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

@Suite("Several threads on one table")
struct ConcurrencyTests {
    @Test("look-ups beside registrations, sweeps and closing connections only see whole bindings, and none is lost")
    func together() async throws {
        let registrar = Registrar()
        let table = registrar.table
        table.recordsEvents = true
        let requests = try (1...300).map { cseq in
            try registrar.request(
                "Contact: <sip:phone\(cseq)@h>;+sip.instance=\"<urn:a>\";reg-id=1", "User-Agent: \(cseq)", cseq: cseq,
                flow: Registrar.tcp(UInt32(cseq % 3 + 1)))
        }
        let users = (0..<64).map { Array("sip:user\($0)@example.com".utf8) }
        await withTaskGroup(of: Bool.self) { group in
            for half in [users[..<32], users[32...]] {
                group.addTask { ConcurrencyTests.write(table, requests, Array(half)) }
            }
            for _ in 0..<2 { group.addTask { ConcurrencyTests.read(table, users) } }
            group.addTask {
                for round in 0..<2000 {
                    _ = table.sweep(now: 1, limit: 500)
                    if round % 500 == 0 { table.connectionClosed(UInt32(round / 500)) }
                }
                return true
            }
            for await isFine in group { #expect(isFine) }
        }
        #expect(table.knownCount == 64)
        let live = users.compactMap { user in user.withByteView { table.lookup($0, now: 1)?.first?.cseq } }
        #expect(live.allSatisfy { $0 == 300 })
        _ = table.sweep(now: 1, limit: 100_000)
        #expect(table.bindingCount == live.count)
        #expect(table.addressCount == live.count)
    }

    private static func write(_ table: LocationTable, _ requests: [RegistrationRequest], _ users: [[UInt8]]) -> Bool {
        var isFine = true
        for request in requests {
            for user in users {
                let result = user.withByteView { table.register($0, request, RegistrationRules(), now: 1) }
                guard case .accepted(let change) = result, change.current.count <= 1 else {
                    isFine = false
                    continue
                }
            }
        }
        return isFine
    }

    /// A binding's parts belong together, whenever it is seen.
    private static func read(_ table: LocationTable, _ users: [[UInt8]]) -> Bool {
        var isFine = true
        for _ in 0..<300 {
            for user in users {
                let bindings = user.withByteView { table.lookup($0, now: 1) } ?? []
                for binding in bindings {
                    let cseq = String(binding.cseq)
                    let isWhole =
                        binding.contactText == "sip:phone\(cseq)@h" && binding.userAgent == Array(cseq.utf8)
                        && binding.flow.connection == binding.cseq % 3 + 1
                    isFine = isFine && isWhole && bindings.count == 1
                }
            }
        }
        return isFine
    }
}
