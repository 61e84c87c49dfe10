import SIPCore
import SIPSyntax
import SIPTransaction

extension UserAgent {
    // MARK: One REGISTER

    /// Sends one REGISTER and tells what came of it.
    public func register(_ order: RegistrationOrder) {
        send(order, callID: uniqueText(), cseq: 1, credentials: Credentials()) { [unowned self] _, ending in
            report(ending, order)
        }
    }

    private func report(_ ending: Exchange.Ending, _ order: RegistrationOrder) {
        switch ending {
        case .response(let response) where response.status < 300:
            let (contact, asked) = order.first
            let registered = Registered(response, contact: contact, asked: asked)
            onEvent(order.isRemoval ? .unregistered(registered) : .registered(registered))
        case .response(let response): onEvent(.registrationFailed(.rejected(response)))
        case .failure(let failure): onEvent(.registrationFailed(failure))
        }
    }

    private func send(
        _ order: RegistrationOrder, callID: String, cseq: UInt32, credentials: Credentials,
        onEnd: @escaping (Exchange, Exchange.Ending) -> Void
    ) {
        var request = newRequest(
            "REGISTER", uri: registrar, to: configuration.addressOfRecord, callID: callID, cseq: cseq)
        request.headers += order.fields
        exchange(request, flow: configuration.outboundFlow, credentials: credentials, onEnd: onEnd)
    }

    /// §10.2: the domain of the address-of-record, without a user.
    private var registrar: [UInt8] {
        var uri = configuration.addressOfRecord
        uri.setUser(nil)
        uri.removeHeaders()
        return uri.bytes
    }

    // MARK: A registration that is kept up

    /// Registers the user agent's contact, and again before it expires, until `unregister`.
    public func keepRegistered(seconds: UInt32) {
        guard registration == nil else { return }
        let registration = Registration(callID: uniqueText(), seconds: max(seconds, 1))
        self.registration = registration
        refresh(registration)
    }

    /// Removes the contact's binding; told with `unregistered` or `registrationFailed`.
    public func unregister() {
        guard let registration else { return onEvent(.unregistered(Registered(bindings: [], seconds: 0))) }
        registration.isEnding = true
        if !registration.isBusy { refresh(registration) }
    }

    /// The connection to the registrar is gone: a new one is opened by registering again.
    public func connectionClosed() {
        guard configuration.outboundFlow?.transport.isReliable ?? false, let registration, !registration.isBusy,
            !registration.isEnding
        else { return }
        schedule(registration, .seconds(Int64(1)))
    }

    private func refresh(_ registration: Registration) {
        stop(&registration.timer)
        registration.isBusy = true
        registration.cseq += 1
        let isRemoval = registration.isEnding
        let order: RegistrationOrder =
            isRemoval
            ? .remove([configuration.contact]) : .bind([configuration.contact], seconds: registration.seconds)
        send(
            order, callID: registration.callID, cseq: registration.cseq,
            credentials: registration.credentials.forNextRequest
        ) { [unowned self] exchange, ending in
            registration.isBusy = false
            registration.cseq = exchange.request.cseq
            registration.credentials = exchange.credentials
            refreshed(registration, order, ending)
        }
    }

    private func refreshed(_ registration: Registration, _ order: RegistrationOrder, _ ending: Exchange.Ending) {
        if order.isRemoval { self.registration = nil }
        if case .response(let response) = ending, response.status == 423, let longer = minimum(of: response),
            longer > registration.seconds, !order.isRemoval
        {
            // §10.2.8: again with the interval that the registrar asks for.
            registration.seconds = longer
            return refresh(registration)
        }
        report(ending, order)
        guard !order.isRemoval else { return }
        if registration.isEnding { return refresh(registration) }
        schedule(registration, delay(after: ending, registration))
    }

    private func minimum(of response: borrowing SIPMessage) -> UInt32? {
        response.value(of: .minExpires).flatMap { DeltaSeconds.parse($0) }
    }

    private func schedule(_ registration: Registration, _ delay: SIPDuration) {
        stop(&registration.timer)
        registration.timer = after(delay) { [unowned self] in refresh(registration) }
    }

    /// Before the binding ends: a tenth of its time, or half of a short one; after a failure half a minute.
    private func delay(after ending: Exchange.Ending, _ registration: Registration) -> SIPDuration {
        guard case .response(let response) = ending, response.status < 300 else { return .seconds(Int64(30)) }
        let granted = Registered(response, contact: configuration.contact, asked: registration.seconds).seconds
        let seconds = Int64(granted == 0 ? registration.seconds : granted)
        return .milliseconds(max(seconds >= 60 ? seconds * 900 : seconds * 500, 500))
    }
}

extension RegistrationOrder {
    /// The contact whose lifetime is of interest, and the seconds asked for.
    fileprivate var first: (SIPURI?, UInt32) {
        if case .bind(let contacts, let seconds) = self { (contacts.first, seconds) } else { (nil, 0) }
    }
}
