public import SIPSyntax
public import SIPTransaction

extension RegistrationRequest {
    /// The most bytes of texts that a binding may have, User-Agent apart.
    static let textLimit = 8192

    /// The seconds that a malformed `expires` or Expires counts as (§20.10).
    static let malformedExpires: UInt32 = 3600

    /// Reads a REGISTER; a failure is the 400 to answer.
    public static func parse(
        _ message: borrowing SIPMessage, flow: Flow
    ) -> Result<RegistrationRequest, RegistrationRejection> {
        do throws(RegistrationRejection) {
            return .success(try RegistrationRequest(reading: copy message, flow: flow))
        } catch { return .failure(error) }
    }

    /// A Via with a name says nothing about the address, so its sender is reached where it is.
    private static func isBehindNAT(_ message: borrowing SIPMessage, _ flow: Flow) -> Bool {
        guard let value = message.value(of: .via) else { return false }
        var elements = HeaderElements(value)
        guard let range = elements.next(), let via = ViaLayout(value[range]) else { return false }
        return IPAddress(via.host(in: value[range])) != flow.remote.ip
    }

    private init(reading message: SIPMessage, flow: Flow) throws(RegistrationRejection) {
        guard let text = message.value(of: .cSeq), let cseq = CSeqValue(text) else { throw .malformedCSeq }
        self.message = message
        self.flow = flow
        isBehindNAT = RegistrationRequest.isBehindNAT(message, flow)
        self.cseq = cseq.number
        guard !callID.isEmpty else { throw .malformedCallID }
        expires = message.value(of: .expires).map { DeltaSeconds.parse($0) ?? RegistrationRequest.malformedExpires }
        try readPath()
        try readContacts()
    }

    // MARK: Contact

    private mutating func readContacts() throws(RegistrationRejection) {
        var start = 0
        while let field = message.firstIndex(of: .contact, from: start) {
            start = field + 1
            var elements = HeaderElements(message.fieldValue(at: field))
            while let element = elements.next() { try readContact(field, element) }
        }
        guard removesAll else { return }
        // Exactly 0: a malformed Expires is no order to remove everything.
        guard contacts.isEmpty, expires == 0 else { throw .misusedStar }
    }

    private mutating func readContact(_ field: Int, _ element: FieldRange) throws(RegistrationRejection) {
        let text = message.fieldValue(at: field)[element]
        guard let nameAddr = NameAddrLayout(text) else { throw .malformedContact }
        if nameAddr.isStar {
            guard !removesAll else { throw .misusedStar }
            removesAll = true
            return
        }
        guard let layout = URILayout(text[nameAddr.uri]) else { throw .malformedContact }
        let contact = RequestedContact(field, element, nameAddr, layout, in: text)
        let ranges = [contact.uri, contact.instance, contact.methods]
        let stored = ranges.reduce(callID.count + path.count) { $0 + Int($1.count) }
        guard stored <= RegistrationRequest.textLimit else { throw .tooLong }
        contacts.append(contact)
    }

    // MARK: Path

    private mutating func readPath() throws(RegistrationRejection) {
        var start = 0
        while let field = message.firstIndex(of: .path, from: start) {
            start = field + 1
            let value = message.fieldValue(at: field)
            var elements = HeaderElements(value)
            while let element = elements.next() {
                guard RegistrationRequest.isPathValue(value[element]) else { throw .malformedPath }
                if !path.isEmpty { path.append(UInt8(ascii: ",")) }
                path.append(contentsOf: value[element].rawBuffer)
            }
        }
    }

    /// A name-addr in brackets with a sip or sips URI: it becomes a Route (RFC 3327 §4).
    private static func isPathValue(_ text: ByteView) -> Bool {
        guard let nameAddr = NameAddrLayout(text), nameAddr.hasBrackets else { return false }
        return URILayout(text[nameAddr.uri])?.scheme.isSIP ?? false
    }
}

extension RequestedContact {
    /// A Contact of its layout, whose element `text` is.
    init(_ field: Int, _ element: FieldRange, _ nameAddr: NameAddrLayout, _ layout: URILayout, in text: ByteView) {
        let parameters = ContactParameters(nameAddr, in: text)
        self.field = field
        self.element = element
        uri = nameAddr.uri
        self.layout = layout
        q = (parameters.q ?? .one).thousandths
        let isTimed = parameters.expiresRange.isPresent
        expires = isTimed ? parameters.expires ?? RegistrationRequest.malformedExpires : nil
        instance = RequestedContact.isPlainQuoted(text[ifPresent: parameters.instance]) ? parameters.instance : .absent
        regID = instance.isPresent ? parameters.regID ?? 0 : 0
        methods = parameters.methods
    }

    /// A quoted text without quotes or backslashes inside, as a URN is: it can be written back between quotes.
    private static func isPlainQuoted(_ text: ByteView?) -> Bool {
        guard let text, text.isQuoted else { return false }
        let inner = text.withoutQuotes
        return !inner.isEmpty && !inner.contains(UInt8(ascii: "\"")) && !inner.contains(UInt8(ascii: "\\"))
    }
}
