public import SIPSyntax

/// A registration that is kept up: its identity over all its REGISTER requests (§10.2.4).
final class Registration {
    let callID: String
    var cseq: UInt32 = 0
    /// The seconds that are asked for.
    var seconds: UInt32
    /// The nonces of the last REGISTER, which serve the next one.
    var credentials = Credentials()
    var timer: RunningTimer?
    /// Whether a REGISTER is under way.
    var isBusy = false
    /// Whether the binding is to go when the REGISTER under way has ended.
    var isEnding = false

    init(callID: String, seconds: UInt32) {
        self.callID = callID
        self.seconds = seconds
    }
}

/// What one REGISTER asks for (§10.2).
public enum RegistrationOrder: Hashable, Sendable {
    /// The bindings that there are.
    case query
    /// Bind these contacts for so many seconds.
    case bind([SIPURI], seconds: UInt32)
    /// Remove these contacts.
    case remove([SIPURI])
    /// Remove every binding.
    case removeAll

    /// The Contact and Expires fields.
    var fields: [(name: [UInt8], value: [UInt8])] {
        switch self {
        case .query: []
        case .bind(let contacts, let seconds):
            contacts.map { (bytes("Contact"), bytes("<\($0)>")) } + [(bytes("Expires"), bytes("\(seconds)"))]
        case .remove(let contacts): contacts.map { (bytes("Contact"), bytes("<\($0)>;expires=0")) }
        case .removeAll: [(bytes("Contact"), bytes("*")), (bytes("Expires"), bytes("0"))]
        }
    }

    var isRemoval: Bool {
        switch self {
        case .remove, .removeAll: true
        case .query, .bind: false
        }
    }
}

extension Registered {
    /// What a 2xx to REGISTER tells; `contact` is the binding that is ours.
    init(_ response: borrowing SIPMessage, contact: SIPURI?, asked: UInt32) {
        let values = elements(of: response, .contact)
        bindings = values.map { String(decoding: $0, as: UTF8.self) }
        seconds = 0
        let general = response.value(of: .expires).flatMap { DeltaSeconds.parse($0) }
        for value in values {
            guard let contact, let own = NameAddr(String(decoding: value, as: UTF8.self)), own.uri == contact else {
                continue
            }
            let stated = value.withByteView { text in
                NameAddrLayout(text).flatMap { ContactParameters($0, in: text).expires }
            }
            seconds = stated ?? general ?? asked
        }
    }
}
