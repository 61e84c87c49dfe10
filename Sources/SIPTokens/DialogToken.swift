public import SIPSyntax
public import SIPTransaction

/// What our Record-Route URI says: proof that a request belongs to a dialog that was routed here, and how to reach
/// each end.
///
/// The MAC binds the token to the Call-ID, to the tag of the dialog's creator and to the parameters that stand in the
/// URI in plain text; not to Request-URI or source, which change. The creator's tag is the From tag of requests from
/// the creator and the To tag of requests to it, so the check works in both directions and tells which it is. With
/// two Record-Route values there are two tokens, one for each side.
public struct DialogToken: Hashable, Sendable {
    /// An end of the dialog.
    public enum Party: Hashable, Sendable {
        /// The user agent that sent the request which made the dialog.
        case creator
        /// The one that answered it.
        case answerer

        /// The other end.
        public var other: Party { self == .creator ? .answerer : .creator }
    }

    /// A token that was checked, and which end sent the request that brought it.
    public struct Verified: Hashable, Sendable {
        public var token: DialogToken
        public var sender: Party

        public init(token: DialogToken, sender: Party) {
            self.token = token
            self.sender = sender
        }

        /// The flow to the end that the request goes to, if it is to be reached by one.
        public var nextFlow: Flow? { sender == .creator ? token.answererFlow : token.creatorFlow }
    }

    /// The listener whose address the Record-Route URI has: the side of a double Record-Route.
    public var listener: UInt16
    /// The trusted peer or gateway that takes part in the dialog; 0 for none.
    public var trustMark: UInt32
    /// The flow to the creator, when that end is a first hop behind NAT or on a connection.
    public var creatorFlow: Flow?
    /// The flow to the answerer, likewise.
    public var answererFlow: Flow?
    /// The run of the server to which the connections of the flows belong; kept only when there are any.
    public var bootID: UInt64

    public init(
        listener: UInt16, trustMark: UInt32 = 0, creatorFlow: Flow? = nil, answererFlow: Flow? = nil, bootID: UInt64 = 0
    ) {
        self.listener = listener
        self.trustMark = trustMark
        self.creatorFlow = creatorFlow
        self.answererFlow = answererFlow
        self.bootID = creatorFlow?.connection ?? 0 != 0 || answererFlow?.connection ?? 0 != 0 ? bootID : 0
    }

    /// Writes the token's text for a dialog with this Call-ID and creator's tag (the From tag of the request that is
    /// forwarded); `parameters` are the bytes of the URI that are to be protected with it.
    public func encode(
        callID: ByteView, creatorTag: ByteView, parameters: ByteView, to out: ByteWriter, ring: borrowing KeyRing
    ) {
        var writer = TokenWriter(to: out, keyID: ring.current.id)
        writeFields(&writer)
        SealedText.seal(&writer, ring.current.key(for: .dialog)) { hasher in
            hasher.absorb(field: callID)
            hasher.absorb(field: parameters)
            hasher.absorb(field: creatorTag)
        }
    }

    /// Reads and checks a token's text against the request that brought it; nil when it was not made for this dialog.
    public static func verify(
        _ text: ByteView, callID: ByteView, fromTag: ByteView, toTag: ByteView, parameters: ByteView,
        ring: borrowing KeyRing
    ) -> Verified? {
        guard let sealed = SealedText(text, .dialog, ring) else { return nil }
        var common = sealed.hasher
        common.absorb(field: callID)
        common.absorb(field: parameters)
        var fromCreator = common
        fromCreator.absorb(field: fromTag)
        let sender: Party
        if sealed.isSealed(by: fromCreator) {
            sender = .creator
        } else {
            common.absorb(field: toTag)
            guard sealed.isSealed(by: common) else { return nil }
            sender = .answerer
        }
        return DialogToken(fields: sealed.fields).map { Verified(token: $0, sender: sender) }
    }
}

/// The fields' bits.
extension DialogToken {
    private static var hasMark: UInt64 { 1 }
    private static var hasCreatorFlow: UInt64 { 2 }
    private static var hasAnswererFlow: UInt64 { 4 }
    private static var hasBootID: UInt64 { 8 }

    private func writeFields(_ writer: inout TokenWriter) {
        var flags: UInt64 = 0
        if trustMark != 0 { flags |= DialogToken.hasMark }
        if creatorFlow != nil { flags |= DialogToken.hasCreatorFlow }
        if answererFlow != nil { flags |= DialogToken.hasAnswererFlow }
        if bootID != 0 { flags |= DialogToken.hasBootID }
        writer.put(flags, bits: 8)
        writer.put(UInt64(listener), bits: 16)
        if trustMark != 0 { writer.put(UInt64(trustMark), bits: 32) }
        if bootID != 0 { writer.put(bootID, bits: 64) }
        if let creatorFlow { FlowText.write(creatorFlow, to: &writer) }
        if let answererFlow { FlowText.write(answererFlow, to: &writer) }
    }

    private init?(fields: ByteView) {
        var reader = TokenReader(fields)
        guard let flags = reader.take(8), flags < 16, let listener = reader.take(16) else { return nil }
        self.init(listener: UInt16(listener))
        if flags & DialogToken.hasMark != 0 {
            guard let mark = reader.take(32) else { return nil }
            trustMark = UInt32(mark)
        }
        if flags & DialogToken.hasBootID != 0 {
            guard let id = reader.take(64) else { return nil }
            bootID = id
        }
        if flags & DialogToken.hasCreatorFlow != 0 {
            guard let flow = FlowText.read(&reader) else { return nil }
            creatorFlow = flow
        }
        if flags & DialogToken.hasAnswererFlow != 0 {
            guard let flow = FlowText.read(&reader) else { return nil }
            answererFlow = flow
        }
        guard reader.isAtEnd else { return nil }
    }
}
