import SIPCore
import SIPSyntax

/// One side's view of a dialog (§12): what its requests are made of.
struct Dialog {
    let callID: [UInt8]
    let localTag: [UInt8]
    let remoteTag: [UInt8]
    /// The From value of our requests, and their To value.
    let local: [UInt8]
    let remote: [UInt8]
    /// The URI that our requests are for.
    private(set) var remoteTarget: [UInt8]
    /// Route values, in order.
    let routeSet: [[UInt8]]
    /// The number of our last request.
    var localCSeq: UInt32
    /// The number of the other side's last request; nil before its first.
    private(set) var remoteCSeq: UInt32?

    /// The dialog that a response to our INVITE makes (§12.1.2); nil when it lacks a tag or a Contact.
    init?(callerOf request: OwnRequest, _ response: borrowing SIPMessage) {
        guard let to = response.value(of: .to), let tag = NameAddrLayout(to)?.tag(in: to) else { return nil }
        callID = request.callID
        localTag = request.from.withByteView { NameAddrLayout($0)?.tag(in: $0)?.array } ?? []
        remoteTag = tag.array
        local = request.from
        remote = to.array
        remoteTarget = Dialog.target(of: response) ?? request.uri
        routeSet = Dialog.recordRoutes(of: response).reversed()
        localCSeq = request.cseq
    }

    /// The dialog that our 2xx to an INVITE makes (§12.1.1); nil when the request lacks what it takes.
    init?(calleeOf request: borrowing SIPMessage, localTag: [UInt8]) {
        guard let from = request.value(of: .from), let to = request.value(of: .to),
            let callID = request.value(of: .callID), let target = Dialog.target(of: request)
        else { return nil }
        self.callID = callID.array
        self.localTag = localTag
        // RFC 2543 peers have no tag (§12.1.1).
        remoteTag = NameAddrLayout(from)?.tag(in: from)?.array ?? []
        local = to.array + bytes(";tag=") + localTag
        remote = from.array
        remoteTarget = target
        routeSet = Dialog.recordRoutes(of: request)
        localCSeq = 0
        remoteCSeq = Dialog.cseq(of: request)
    }

    /// Notes a request of the other side; false when it is older than its last one (§12.2.2).
    mutating func take(_ request: borrowing SIPMessage) -> Bool {
        guard let cseq = Dialog.cseq(of: request) else { return false }
        if let last = remoteCSeq, cseq < last { return false }
        remoteCSeq = cseq
        // A re-INVITE refreshes the target.
        if request.method == .invite, let target = Dialog.target(of: request) { remoteTarget = target }
        return true
    }

    /// A request within the dialog (§12.2.1.1).
    func request(_ method: String, cseq: UInt32) -> OwnRequest {
        var request = OwnRequest(
            method: bytes(method), uri: remoteTarget, from: local, to: remote, callID: callID, cseq: cseq)
        request.routes = routeSet
        if let first = routeSet.first, let strict = Dialog.strictRouter(first) {
            // A strict router wants to be the Request-URI; the target goes last.
            request.uri = strict
            request.routes = Array(routeSet.dropFirst()) + [bytes("<") + remoteTarget + bytes(">")]
        }
        return request
    }

    // MARK: Reading

    /// The URI of a Route value without `lr`.
    private static func strictRouter(_ route: [UInt8]) -> [UInt8]? {
        route.withByteView { value in
            guard let text = NameAddrLayout(value)?.uri(in: value), let uri = URILayout(text),
                !uri.hasParameter("lr", in: text)
            else { return nil }
            return text.array
        }
    }

    private static func recordRoutes(of message: borrowing SIPMessage) -> [[UInt8]] {
        elements(of: message, .recordRoute)
    }

    /// The URI of the first Contact.
    private static func target(of message: borrowing SIPMessage) -> [UInt8]? {
        guard let value = elements(of: message, .contact).first else { return nil }
        return value.withByteView { text in
            guard let uri = NameAddrLayout(text)?.uri(in: text), URILayout(uri) != nil else { return nil }
            return uri.array
        }
    }

    private static func cseq(of message: borrowing SIPMessage) -> UInt32? {
        message.value(of: .cSeq).flatMap { CSeqValue($0)?.number }
    }
}

/// The values of every field of that name, in order (§7.3.1).
func elements(of message: borrowing SIPMessage, _ name: HeaderName) -> [[UInt8]] {
    var values: [[UInt8]] = []
    for index in 0..<message.fieldCount where message.fieldName(at: index) == name {
        let value = message.fieldValue(at: index)
        var iterator = HeaderElements(value)
        while let range = iterator.next() { values.append(value[range].array) }
    }
    return values
}
