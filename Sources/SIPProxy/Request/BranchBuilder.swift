public import SIPSyntax
public import SIPTokens
public import SIPTransaction

/// The edits of request forwarding (§16.6) on a branch's copy of the request.
public enum BranchBuilder {
    /// Room that the edits of one branch usually need, so that they share one copy of the index.
    static let fields = 4
    static let bytes = 520

    /// Steps 1 to 3 and 6: a copy with the target's Request-URI, one hop fewer, and the target's route set.
    ///
    /// - Parameters:
    ///   - uri: the new Request-URI; empty keeps the request's.
    ///   - route: Route values for the target, comma-separated. With a `uri` they replace what is left of the route set.
    public static func prepare(
        _ message: borrowing SIPMessage, uri: ByteView, route: ByteView, keepsRoute: Bool
    ) -> SIPMessage {
        var copy = copy message
        copy.reserve(slots: fields, bytes: bytes &+ uri.count &+ route.count)
        if !uri.isEmpty { copy.setRequestURI(uri) }
        decrementMaxForwards(&copy)
        if !keepsRoute { copy.removeFields(.route) }
        if !route.isEmpty {
            copy.insertField(.route, value: route, at: copy.firstIndex(of: .route) ?? placeBehindVia(copy))
        }
        applyStrictRouting(&copy)
        return copy
    }

    /// Step 3; a request without the field gets 70.
    private static func decrementMaxForwards(_ message: inout SIPMessage) {
        var digits = DecimalText()
        if let index = message.firstIndex(of: .maxForwards) {
            let hops = message.fieldValue(at: index).decimal(limit: 255) ?? 70
            digits.write(hops == 0 ? 0 : hops - 1)
            digits.withView { message.setFieldValue(at: index, $0) }
        } else {
            message.insertField(.maxForwards, value: ByteView("70"), at: placeBehindVia(message))
        }
    }

    /// Step 6: a first Route without `lr` is a strict router's: it becomes the Request-URI, which goes last.
    private static func applyStrictRouting(_ message: inout SIPMessage) {
        guard let index = message.firstIndex(of: .route) else { return }
        let value = message.fieldValue(at: index)
        var elements = HeaderElements(value)
        guard let range = elements.next(), let route = NameAddrLayout(value[range]),
            let text = route.uri(in: value[range]), let uri = URILayout(text), !uri.hasParameter("lr", in: text)
        else { return }
        var last = ByteView("<").array
        last.append(message.requestURI)
        last.append(UInt8(ascii: ">"))
        let target = text.array
        target.withByteView { message.setRequestURI($0) }
        message.removeFirstElement(at: index)
        last.withByteView { message.insertField(.route, value: $0, at: BranchBuilder.placeBehindRoutes(message)) }
    }

    private static func placeBehindRoutes(_ message: borrowing SIPMessage) -> Int {
        var place = placeBehindVia(message)
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .route { place = index + 1 }
        return place
    }

    /// The place behind the last Via.
    public static func placeBehindVia(_ message: borrowing SIPMessage) -> Int {
        var place = 0
        for index in 0..<message.fieldCount where message.fieldName(at: index) == .via { place = index + 1 }
        return place
    }

    // MARK: What depends on the next hop

    /// Step 4: a Record-Route value for the side that the request leaves by, and one for the side that it came in by
    /// when they differ (RFC 5658 §3).
    public static func addRecordRoute(
        _ message: inout SIPMessage, token: DialogToken, incoming: Listener, outgoing: Listener,
        parameters: ByteView, keys: borrowing KeyRing, scratch: ByteWriter
    ) {
        guard let from = message.value(of: .from), let callID = message.value(of: .callID) else { return }
        let tag = NameAddrLayout(from)?.tag(in: from) ?? .empty
        scratch.removeAll()
        write(token, outgoing, callID, tag, parameters, keys, to: scratch)
        if incoming.index != outgoing.index {
            scratch.append(", ")
            write(token, incoming, callID, tag, parameters, keys, to: scratch)
        }
        let place = message.firstIndex(of: .recordRoute) ?? placeBehindVia(message)
        message.insertField(.recordRoute, value: scratch.view, at: place)
    }

    private static func write(
        _ token: DialogToken, _ listener: Listener, _ callID: ByteView, _ tag: ByteView, _ parameters: ByteView,
        _ keys: borrowing KeyRing, to out: ByteWriter
    ) {
        var side = token
        side.listener = listener.index
        out.append("<sip:")
        side.encode(callID: callID, creatorTag: tag, parameters: parameters, to: out, ring: keys)
        out.append(UInt8(ascii: "@"))
        out.append(listener.sentByHost)
        out.append(UInt8(ascii: ":"))
        out.append(decimal: UInt64(listener.sentByPort))
        if listener.transport != .udp {
            out.append(";transport=")
            out.append(listener.transport.uriName)
        }
        out.append(";lr")
        if !parameters.isEmpty {
            out.append(UInt8(ascii: ";"))
            out.append(parameters)
        }
        out.append(UInt8(ascii: ">"))
    }

    /// Step 8: our Via in front.
    public static func addVia(
        _ message: inout SIPMessage, listener: Listener, branch: BranchToken, keys: borrowing KeyRing,
        scratch: ByteWriter
    ) {
        scratch.removeAll()
        scratch.append("SIP/2.0/")
        scratch.append(listener.transport.viaName)
        scratch.append(UInt8(ascii: " "))
        scratch.append(listener.sentByHost)
        scratch.append(UInt8(ascii: ":"))
        scratch.append(decimal: UInt64(listener.sentByPort))
        scratch.append(";branch=")
        branch.encode(to: scratch, ring: keys)
        message.insertField(.via, value: scratch.view, at: 0)
    }

    /// Step 9: a message on a stream needs its Content-Length (§20.14).
    public static func addContentLength(_ message: inout SIPMessage) {
        guard !message.has(.contentLength) else { return }
        var digits = DecimalText()
        digits.write(UInt64(message.body.count))
        digits.withView { message.insertField(.contentLength, value: $0, at: message.fieldCount) }
    }
}

/// A short decimal number's digits, without an allocation.
struct DecimalText {
    private var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    private var count = 0

    mutating func write(_ value: UInt64) {
        var rest = value
        count = 1
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        rest = value
        for index in (0..<count).reversed() {
            digits[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
    }

    func withView(_ body: (ByteView) -> Void) {
        var copy = digits
        let count = count
        withUnsafeBytes(of: &copy) { body(ByteView(UnsafeRawBufferPointer(rebasing: $0[0..<count]))) }
    }
}
