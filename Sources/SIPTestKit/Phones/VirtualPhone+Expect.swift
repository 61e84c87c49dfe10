public import SIPTransaction

/// A request that came to a phone and that the script answers by itself.
public final class PhoneIncoming {
    public let request: PhoneMessage
    /// The call that an INVITE outside of a dialog began.
    public let call: PhoneCall?
    private let phone: VirtualPhone
    private let transaction: PhoneAnswering

    init(_ phone: VirtualPhone, _ transaction: PhoneAnswering) {
        self.phone = phone
        self.transaction = transaction
        request = transaction.request
        let key = transaction.request.branch + "INVITE"
        call = request.method == "INVITE" ? phone.calls.last { $0.answeringKey == key } : nil
    }

    /// Answers; a provisional status may be followed by others.
    public func reply(_ status: Int, fields: [(name: String, value: String)] = []) {
        if let call, request.toTag == nil { return call.answer(status, fields: fields) }
        guard transaction.status < 200 else { return }
        phone.respond(transaction, status, toTag: request.toTag ?? phone.newToken(), fields: fields)
    }
}

extension VirtualPhone {
    /// Lets time pass until a request of the method comes that was not expected before; nil when none does.
    public func expect(_ method: String, within limit: SIPDuration = .seconds(Int64(60))) -> PhoneIncoming? {
        func next() -> Int? { incoming.firstIndex { $0.request.method == method } }
        guard network.advance(until: { next() != nil }, limit: limit), let place = next() else { return nil }
        return PhoneIncoming(self, incoming.remove(at: place))
    }
}

extension PhoneCall {
    /// Lets time pass until the caller knows what became of the call; the final status, nil when there is none.
    public func waitForFinal(within limit: SIPDuration = .seconds(Int64(240))) -> Int? {
        _ = phone.network.advance(until: { self.isDecided }, limit: limit)
        return final
    }
}

extension VirtualNetwork {
    /// A host that answers nothing by itself: the script expects requests and replies to them.
    public func addHost(_ name: String, ip: String, server: VirtualServer) -> VirtualPhone {
        let host = addPhone(name, ip: ip, server: server)
        host.isManual = true
        return host
    }
}
