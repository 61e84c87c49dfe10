import SIPProxy
import SIPSyntax
import SIPTransaction

/// Runs a client machine's actions; what goes to the owner, and the end, are noted and done after the event.
struct ClientSink: ActionSink {
    unowned(unsafe) let shard: Shard
    unowned(unsafe) let transaction: ClientTransaction
    var isDelivered = false
    var isTerminated = false
    var failure: TransactionFailure?
    /// The response of this event, for an ACK.
    var response: SIPMessage?

    mutating func perform(_ action: TransactionAction) {
        switch action {
        case .sendRequest: shard.sendRequest(transaction)
        case .sendAck: shard.sendAck(transaction, response)
        case .deliver: isDelivered = true
        case .start(let timer, let delay): shard.startTimer(transaction, timer, delay)
        case .cancel(let timer): shard.stopTimer(transaction, timer)
        case .inform(let reason): failure = reason
        case .terminate: isTerminated = true
        case .sendResponse: break
        }
    }
}

extension Shard {
    // MARK: Start

    /// Makes a transaction for a request whose Via is yet to be written: `complete` gets the number for its branch.
    func makeClient(
        _ request: SIPMessage, _ flow: Flow, _ owner: ClientTransaction.Owner
    ) -> ClientTransaction {
        let isReliable = flow.transport.isReliable
        let method = request.method
        return clients.insert { number in
            ClientTransaction(
                number: number,
                machine: method == .invite
                    ? .invite(InviteClientTransaction(isReliable: isReliable))
                    : .nonInvite(NonInviteClientTransaction(isReliable: isReliable)),
                flow: flow, method: method, request: request, owner: owner)
        }
    }

    /// Sends the request and starts the timers.
    func start(_ transaction: ClientTransaction) {
        clientEvent(
            transaction, response: nil,
            invite: { machine, sink in machine.start(self.configuration.timers, into: &sink) },
            nonInvite: { machine, sink in machine.start(self.configuration.timers, into: &sink) })
    }

    // MARK: Events

    /// Gives the machine a response; true when its owner is to see it.
    func clientReceived(_ transaction: ClientTransaction, _ response: SIPMessage) {
        let status = UInt16(response.status)
        clientEvent(
            transaction, response: response,
            invite: { machine, sink in
                machine.responseReceived(status: status, self.configuration.timers, into: &sink)
            },
            nonInvite: { machine, sink in
                machine.responseReceived(status: status, self.configuration.timers, into: &sink)
            })
    }

    func clientTimerFired(_ transaction: ClientTransaction, _ timer: TransactionTimer) {
        if timer == .a || timer == .e {
            transaction.retransmitTimer = .none
            counters.retransmissionsSent &+= 1
        } else {
            transaction.timeoutTimer = .none
        }
        clientEvent(
            transaction, response: nil,
            invite: { machine, sink in
                machine.timerFired(timer, self.configuration.timers, into: &sink)
            },
            nonInvite: { machine, sink in
                machine.timerFired(timer, self.configuration.timers, into: &sink)
            })
    }

    func transportFailed(_ sender: UInt64) {
        let number = sender >> 1
        guard sender & 1 == 0 else {
            if let transaction = servers[number] { serverTransportFailed(transaction) }
            return
        }
        guard let transaction = clients[number] else { return }
        counters.transportFailures &+= 1
        clientEvent(
            transaction, response: nil, invite: { machine, sink in machine.transportFailed(into: &sink) },
            nonInvite: { machine, sink in machine.transportFailed(into: &sink) })
    }

    @inline(__always)
    private func clientEvent(
        _ transaction: ClientTransaction, response: SIPMessage?,
        invite: (inout InviteClientTransaction, inout ClientSink) -> Void,
        nonInvite: (inout NonInviteClientTransaction, inout ClientSink) -> Void
    ) {
        var sink = ClientSink(shard: self, transaction: transaction, response: response)
        switch transaction.machine {
        case .invite(var machine):
            invite(&machine, &sink)
            transaction.machine = .invite(machine)
        case .nonInvite(var machine):
            nonInvite(&machine, &sink)
            transaction.machine = .nonInvite(machine)
        }
        let owner = transaction.owner
        if sink.isTerminated { remove(transaction) }
        if sink.isDelivered, let response { deliver(response, from: transaction, to: owner) }
        if let failure = sink.failure { failed(transaction, owner, failure) }
    }

    // MARK: Sending

    /// Sends the request as it is now; a copy for a retransmission is made from the message, not kept.
    fileprivate func sendRequest(_ transaction: ClientTransaction) {
        guard let request = transaction.request else { return }
        outbox.begin()
        request.write(to: outbox.bytes)
        outbox.finish(to: transaction.flow, ticket: SendTicket(shard: index, sender: transaction.number << 1))
    }

    /// The ACK for a failure: built once and kept while the failure may be repeated (§17.1.1.3).
    fileprivate func sendAck(_ transaction: ClientTransaction, _ response: SIPMessage?) {
        if let ack = transaction.ack {
            outbox.send(ack.view, to: transaction.flow)
            return
        }
        guard let request = transaction.request, let response else { return }
        outbox.begin()
        HopByHopRequest.writeAck(for: request, response, to: outbox.bytes)
        if !transaction.flow.transport.isReliable { transaction.ack = ByteBlock.copying(outbox.openMessage) }
        outbox.finish(to: transaction.flow, ticket: SendTicket(shard: index, sender: transaction.number << 1))
        transaction.request = nil
    }

    // MARK: CANCEL (§9.1)

    /// Cancels an INVITE: at once when a provisional response has come, else when it comes.
    func cancel(_ transaction: ClientTransaction) {
        guard case .invite(let machine) = transaction.machine, case .no = transaction.cancelling else { return }
        switch machine.state {
        case .calling: transaction.cancelling = .wanted
        case .proceeding: sendCancel(transaction)
        case .completed, .accepted, .terminated: break
        }
    }

    /// Sends the CANCEL, a transaction of its own with the branch parameter of the INVITE.
    func sendCancel(_ transaction: ClientTransaction) {
        guard let request = transaction.request else { return }
        transaction.cancelling = .sent
        scratch.removeAll()
        HopByHopRequest.writeCancel(for: request, reason: .empty, to: scratch)
        guard let cancel = try? SIPMessage(parsing: scratch.view) else { return }
        let child = makeClient(cancel, transaction.flow, .nobody)
        transaction.cancelNumber = child.number
        start(child)
        // §9.1: an INVITE whose CANCEL gets no final response is given up after 64·T1.
        stop(&transaction.proxyTimer)
        transaction.proxyTimer = schedule(
            TimerPayload(.proxy, 0, transaction.number), after: configuration.timers.transactionTimeout)
    }

    // MARK: Life

    func remove(_ transaction: ClientTransaction) {
        stop(&transaction.retransmitTimer)
        stop(&transaction.timeoutTimer)
        stop(&transaction.proxyTimer)
        transaction.owner = .nobody
        clients.remove(transaction.number)
    }

    fileprivate func startTimer(_ transaction: ClientTransaction, _ timer: TransactionTimer, _ delay: SIPDuration) {
        let handle = schedule(TimerPayload(.client, timer.rawValue, transaction.number), after: delay)
        if timer == .a || timer == .e {
            stop(&transaction.retransmitTimer)
            transaction.retransmitTimer = handle
        } else {
            stop(&transaction.timeoutTimer)
            transaction.timeoutTimer = handle
        }
    }

    fileprivate func stopTimer(_ transaction: ClientTransaction, _ timer: TransactionTimer) {
        if timer == .a || timer == .e {
            stop(&transaction.retransmitTimer)
        } else {
            stop(&transaction.timeoutTimer)
        }
    }
}
