import SIPRegistrar
import SIPSyntax
import SIPTokens
import SIPTransaction
import Testing

/// A table, the time, and REGISTERs made of header lines.
final class Registrar {
    let table = LocationTable(hashKey: SipKey(low: 1, high: 2))
    var rules = RegistrationRules()
    var now: Int64 = 1_000_000

    /// What the header lines of a REGISTER ask for; throws what the registrar refuses.
    func request(
        _ lines: String..., callID: String = "a1", cseq: Int = 1, flow: Flow = Registrar.udp
    ) throws -> RegistrationRequest {
        try Registrar.parse(lines, callID, cseq, flow).get()
    }

    /// Registers with those header lines for `user`; throws what the registrar refuses.
    @discardableResult
    func register(
        _ lines: String..., callID: String = "a1", cseq: Int = 1, flow: Flow = Registrar.udp, user: String = "bob"
    ) throws -> RegistrationChange {
        try register(try Registrar.parse(lines, callID, cseq, flow).get(), user: user)
    }

    /// The refusal that those header lines meet; nil when they are accepted.
    func refusal(
        _ lines: String..., callID: String = "a1", cseq: Int = 1, flow: Flow = Registrar.udp
    ) throws -> RegistrationRejection? {
        do throws(RegistrationRejection) {
            _ = try register(try Registrar.parse(lines, callID, cseq, flow).get(), user: "bob")
            return nil
        } catch { return error }
    }

    func register(
        _ request: RegistrationRequest, user: String
    ) throws(RegistrationRejection) -> RegistrationChange {
        let result = Registrar.address(user).withByteView { table.register($0, request, rules, now: now) }
        switch result {
        case .accepted(let change): return change
        case .rejected(let rejection): throw rejection
        }
    }

    /// The contacts that a look-up gives; nil for an unknown user.
    func contacts(_ user: String = "bob") -> [String]? { bindings(user)?.map(\.contactText) }

    func bindings(_ user: String = "bob") -> [Binding]? {
        Registrar.address(user).withByteView { table.lookup($0, now: now) }
    }

    @discardableResult
    func unregister(_ contact: String? = nil) -> Int {
        Registrar.address("bob").withByteView { address in
            guard let contact else { return table.unregister(address, contact: nil, now: now) }
            return contact.withByteView { table.unregister(address, contact: $0, now: now) }
        }
    }

    /// Goes once round the whole table.
    @discardableResult
    func sweep() -> Int { table.sweep(now: now, limit: 1_000_000) }
}

extension Registrar {
    static func address(_ user: String) -> String { "sip:\(user)@example.com" }

    /// What reading a REGISTER with those header lines gives.
    static func parse(
        _ lines: [String], _ callID: String, _ cseq: Int, _ flow: Flow
    ) -> Result<RegistrationRequest, RegistrationRejection> {
        let head = [
            "REGISTER sip:example.com SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1",
            "From: <sip:bob@example.com>;tag=1", "To: <sip:bob@example.com>", "Call-ID: \(callID)",
            "CSeq: \(cseq) REGISTER",
        ]
        let text = (head + lines + ["Content-Length: 0", "", ""]).joined(separator: "\r\n")
        let limits = MessageLimits(headerBytes: 65_000)
        let message = text.withByteView { try? SIPMessage(parsing: $0, limits: limits) }
        guard let message else { return .failure(RegistrationRejection(status: 0, reason: "no message")) }
        return RegistrationRequest.parse(message, flow: flow)
    }

    static let udp = Flow(
        transport: .udp, listener: 0,
        remote: TransportAddress(ip: IPAddress(v4: 0xC000_0201), port: 5060))

    static func tcp(_ connection: UInt32) -> Flow {
        Flow(
            transport: .tcp, listener: 1, remote: TransportAddress(ip: IPAddress(v4: 0xC000_0201), port: 40_000),
            connection: connection)
    }
}

extension Binding {
    var contactText: String { String(decoding: contact, as: UTF8.self) }
}

extension RegistrationChange {
    /// The Contact lines of the response.
    func contactLines(now: Int64) -> [String] {
        let writer = ByteWriter()
        writeContacts(to: writer, now: now)
        return writer.view.string.split(separator: "\r\n").map(String.init)
    }
}
