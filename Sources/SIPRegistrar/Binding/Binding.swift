public import SIPSyntax
public import SIPTransaction

/// One contact of an address-of-record, as it was registered (RFC 3261 §10.2): an immutable snapshot.
///
/// It is one reference, so that a look-up copies no text; each text property copies its text when it is read.
public struct Binding: @unchecked Sendable {
    // Sendable: nobody writes to a blob after it was made.
    let blob: BindingBlob

    init(_ head: BindingHead, _ texts: BindingTexts) { blob = BindingBlob.make(head, texts) }

    /// A binding of its parts; texts above 65,535 bytes are cut.
    public init(
        contact: [UInt8], q: UInt16 = 1000, expiresAt: Int64, callID: [UInt8], cseq: UInt32, path: [UInt8] = [],
        flow: Flow, instance: [UInt8] = [], regID: UInt32 = 0, userAgent: [UInt8] = [], methods: [UInt8] = [],
        registeredAt: Int64
    ) {
        let head = BindingHead(
            flow: flow, expiresAt: expiresAt, registeredAt: registeredAt, connection: nil, cseq: cseq, regID: regID,
            q: q)
        let texts = [contact, callID, path, instance, userAgent, methods].map { $0.prefix(Int(UInt16.max)) }
        blob = Array(texts.joined()).withByteView { all in
            BindingBlob.make(head, BindingTexts(dividing: all, at: texts.map(\.count)))
        }
    }
}

extension Binding {
    /// The URI's text as it was registered.
    public var contact: [UInt8] { text { $0.contact } }

    /// The Call-ID of the REGISTER that wrote the binding last (§10.3 step 7).
    public var callID: [UInt8] { text { $0.callID } }

    /// The values of Path, joined by commas; empty without any (RFC 3327).
    public var path: [UInt8] { text { $0.path } }

    /// The `+sip.instance` without its quotes; empty without one (RFC 5626 §4.1).
    public var instance: [UInt8] { text { $0.instance } }

    /// The User-Agent of the REGISTER that wrote the binding last; empty without one.
    public var userAgent: [UInt8] { text { $0.userAgent } }

    /// The `methods` parameter without its quotes; empty without one (RFC 3840 §9).
    public var methods: [UInt8] { text { $0.methods } }

    /// The preference in thousandths.
    public var q: UInt16 { blob.header.q }

    /// When the binding ends, in Unix seconds.
    public var expiresAt: Int64 { blob.header.expiresAt }

    /// When the binding was last written, in Unix seconds.
    public var registeredAt: Int64 { blob.header.registeredAt }

    /// The CSeq number of the REGISTER that wrote the binding last.
    public var cseq: UInt32 { blob.header.cseq }

    /// The `reg-id`; 0 without one (RFC 5626 §4.2).
    public var regID: UInt32 { blob.header.regID }

    /// Where the REGISTER came from.
    public var flow: Flow { blob.header.flow }

    /// Whether the REGISTER came through a NAT: the contact is reached at its source and not at its URI (RFC 3581 §9).
    public var isBehindNAT: Bool { blob.header.isBehindNAT }

    /// Whether requests to the contact go by a Path (RFC 3327).
    public var hasPath: Bool { blob.header.pathCount > 0 }

    /// Whether the connection that the binding depends on is still open, as far as it depends on one.
    public var isReachable: Bool { !(blob.header.connection?.isClosed ?? false) }

    /// Runs `body` with the URI's text, without copying it.
    public func withContact<R>(_ body: (ByteView) -> R) -> R {
        blob.withContents { head, bytes in body(bytes[head.contact]) }
    }

    /// Runs `body` with the Path's text, without copying it.
    public func withPath<R>(_ body: (ByteView) -> R) -> R {
        blob.withContents { head, bytes in body(bytes[head.path]) }
    }

    private func text(_ range: (borrowing BindingHead) -> Range<Int>) -> [UInt8] {
        blob.withContents { head, bytes in bytes[range(head)].array }
    }
}

extension Binding: Hashable {
    /// Whether all that was registered is the same, byte by byte.
    public static func == (lhs: Binding, rhs: Binding) -> Bool {
        if lhs.blob === rhs.blob { return true }
        return lhs.expiresAt == rhs.expiresAt && lhs.registeredAt == rhs.registeredAt && lhs.cseq == rhs.cseq
            && lhs.asksForTheSame(as: rhs) && lhs.hasEqual(rhs) { $0.callID } && lhs.hasEqual(rhs) { $0.userAgent }
    }

    /// Hashes the contact and the Call-ID.
    public func hash(into hasher: inout Hasher) {
        blob.withContents { head, bytes in
            hasher.combine(bytes: bytes[head.contact].rawBuffer)
            hasher.combine(bytes: bytes[head.callID].rawBuffer)
        }
    }

    /// Whether a client that registered `other` wants what this binding is, times apart.
    func asksForTheSame(as other: Binding) -> Bool {
        q == other.q && regID == other.regID && flow == other.flow && isBehindNAT == other.isBehindNAT
            && hasEqual(other) { $0.contact } && hasEqual(other) { $0.path } && hasEqual(other) { $0.instance }
            && hasEqual(other) { $0.methods }
    }

    private func hasEqual(_ other: Binding, _ part: (borrowing BindingHead) -> Range<Int>) -> Bool {
        blob.withContents { head, bytes in
            other.blob.withContents { otherHead, otherBytes in
                bytes[part(head)].equals(otherBytes[part(otherHead)])
            }
        }
    }
}
