import SIPSyntax
public import SIPTransaction

/// What a REGISTER asks a registrar for (RFC 3261 §10.2), read and found well-formed.
///
/// It keeps the message, and the texts stay in it until they are stored.
public struct RegistrationRequest: Sendable {
    let message: SIPMessage
    /// Where the REGISTER came from.
    public internal(set) var flow: Flow
    /// Whether the top Via names another address than the source's: a NAT is between.
    public internal(set) var isBehindNAT = false
    /// The CSeq number.
    public internal(set) var cseq: UInt32
    /// Whether it is `Contact: *`, which removes all bindings (§10.2.2).
    public internal(set) var removesAll = false
    /// The values of all Path fields, joined by commas (RFC 3327).
    public internal(set) var path: [UInt8] = []
    /// The contacts of all Contact fields, in order.
    var contacts: [RequestedContact] = []
    /// The value of Expires in seconds; nil without one.
    var expires: UInt32?

    /// Whether it only asks what is registered (§10.2.3).
    public var isQuery: Bool { contacts.isEmpty && !removesAll }

    /// How many contacts it names.
    public var contactCount: Int { contacts.count }
}

/// One Contact of a REGISTER: where its parts stand.
struct RequestedContact: Sendable {
    /// The header field's index in the message.
    var field: Int
    /// Where the element stands in the field's value; the other ranges are relative to it.
    var element: FieldRange
    var uri: FieldRange
    var layout: URILayout
    var q: UInt16
    /// The seconds that the `expires` parameter asks for; nil without one.
    var expires: UInt32?
    var instance: FieldRange
    var regID: UInt32
    var methods: FieldRange
}

// Views are valid as long as the request is.
extension RegistrationRequest {
    /// The most bytes of User-Agent that are kept: it is there for people to read.
    static let userAgentLimit = 128

    var callID: ByteView { message.value(of: .callID) ?? .empty }

    var userAgent: ByteView {
        let text = message.value(of: .userAgent) ?? .empty
        return text.prefix(min(text.count, RegistrationRequest.userAgentLimit))
    }

    func uri(of contact: RequestedContact) -> ByteView { element(of: contact)[contact.uri] }

    func instance(of contact: RequestedContact) -> ByteView {
        element(of: contact)[ifPresent: contact.instance]?.withoutQuotes ?? .empty
    }

    func methods(of contact: RequestedContact) -> ByteView {
        element(of: contact)[ifPresent: contact.methods]?.withoutQuotes ?? .empty
    }

    private func element(of contact: RequestedContact) -> ByteView {
        message.fieldValue(at: contact.field)[contact.element]
    }
}
