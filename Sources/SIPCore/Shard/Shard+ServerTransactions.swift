import SIPProxy
import SIPSyntax
import SIPTransaction

/// Runs a server machine's actions; what concerns the transaction's life is noted and done after the event.
struct ServerSink: ActionSink {
    unowned(unsafe) let shard: Shard
    unowned(unsafe) let transaction: ServerTransaction
    /// Whether the response of this event is written in the outbox already, as the open message.
    var hasOpenMessage = false
    /// Whether that response may have to be sent again from here.
    var keepsCopy = false
    var isTerminated = false

    mutating func perform(_ action: TransactionAction) {
        switch action {
        case .sendResponse: sendResponse()
        case .start(let timer, let delay): shard.startTimer(transaction, timer, delay)
        case .cancel(let timer): shard.stopTimer(transaction, timer)
        case .terminate: isTerminated = true
        case .sendRequest, .sendAck, .deliver, .inform: break
        }
    }

    private mutating func sendResponse() {
        if hasOpenMessage {
            transaction.lastResponse = keepsCopy ? ByteBlock.copying(shard.outbox.openMessage) : nil
            shard.outbox.finish(to: transaction.flow, ticket: shard.ticket(of: transaction))
            hasOpenMessage = false
        } else {
            shard.sendLastResponse(transaction)
        }
    }
}

extension Shard {
    // MARK: Events of the machine

    /// Gives an INVITE server machine an event; of other transactions nothing.
    func serverEvent(
        _ transaction: ServerTransaction, _ event: (inout InviteServerTransaction, inout ServerSink) -> Void
    ) {
        guard case .invite(var machine) = transaction.machine else { return }
        var sink = ServerSink(shard: self, transaction: transaction)
        event(&machine, &sink)
        transaction.machine = .invite(machine)
        finish(transaction, sink)
    }

    private func nonInviteEvent(
        _ transaction: ServerTransaction, _ event: (inout NonInviteServerTransaction, inout ServerSink) -> Void
    ) {
        guard case .nonInvite(var machine) = transaction.machine else { return }
        var sink = ServerSink(shard: self, transaction: transaction)
        event(&machine, &sink)
        transaction.machine = .nonInvite(machine)
        finish(transaction, sink)
    }

    func serverRequestRepeated(_ transaction: ServerTransaction) {
        serverEvent(transaction) { machine, sink in machine.requestReceived(into: &sink) }
        nonInviteEvent(transaction) { machine, sink in machine.requestReceived(into: &sink) }
    }

    func serverTimerFired(_ transaction: ServerTransaction, _ timer: TransactionTimer) {
        forgetTimer(transaction, timer)
        if timer == .g { counters.retransmissionsSent &+= 1 }
        serverEvent(transaction) { machine, sink in
            machine.timerFired(timer, self.configuration.timers, into: &sink)
        }
        nonInviteEvent(transaction) { machine, sink in
            machine.timerFired(timer, self.configuration.timers, into: &sink)
        }
    }

    /// Tells the machine of a response that stands in the outbox as the open message, which it sends or drops.
    ///
    /// The bytes are copied when they may have to be sent again: everything but a forwarded 2xx to INVITE, which its UAS
    /// repeats.
    func respond(_ transaction: ServerTransaction, status: Int, isForwarded: Bool) {
        let isRepeatedBySender = transaction.isInvite && status >= 200 && status < 300 && isForwarded
        var sink = ServerSink(shard: self, transaction: transaction)
        sink.hasOpenMessage = true
        sink.keepsCopy = !isRepeatedBySender
        switch transaction.machine {
        case .invite(var machine):
            machine.respond(status: UInt16(status), configuration.timers, into: &sink)
            transaction.machine = .invite(machine)
        case .nonInvite(var machine):
            machine.respond(status: UInt16(status), configuration.timers, into: &sink)
            transaction.machine = .nonInvite(machine)
        }
        if sink.hasOpenMessage { outbox.discard() }
        finish(transaction, sink)
    }

    fileprivate func ticket(of transaction: ServerTransaction) -> SendTicket {
        SendTicket(shard: index, sender: transaction.number << 1 | 1)
    }

    /// Sends the last response again because its sender did.
    func repeatResponse(_ transaction: ServerTransaction) { sendLastResponse(transaction) }

    fileprivate func sendLastResponse(_ transaction: ServerTransaction) {
        guard let bytes = transaction.lastResponse else { return }
        outbox.send(bytes.view, to: transaction.flow, ticket: ticket(of: transaction))
    }

    func serverTransportFailed(_ transaction: ServerTransaction) {
        counters.transportFailures &+= 1
        serverEvent(transaction) { machine, sink in machine.transportFailed(into: &sink) }
        nonInviteEvent(transaction) { machine, sink in machine.transportFailed(into: &sink) }
    }

    // MARK: Life

    private func finish(_ transaction: ServerTransaction, _ sink: ServerSink) {
        guard sink.isTerminated else { return }
        remove(transaction)
    }

    /// Forgets a transaction and its timers.
    func remove(_ transaction: ServerTransaction) {
        if let context = transaction.context {
            // These name the transaction by its place, which another one may get.
            stop(&context.tryingTimer)
            for timer in AttemptTimer.allCases { stopAttemptTimer(context, timer) }
        }
        stop(&transaction.retransmitTimer)
        stop(&transaction.timeoutTimer)
        transaction.lastResponse = nil
        if let key = transaction.acceptedKey { acceptedInvites.remove(key) }
        serverTable.remove(transaction.key)
        servers.remove(transaction.number)
    }

    fileprivate func startTimer(_ transaction: ServerTransaction, _ timer: TransactionTimer, _ delay: SIPDuration) {
        let handle = schedule(TimerPayload(.server, timer.rawValue, transaction.number), after: delay)
        if timer == .g {
            stop(&transaction.retransmitTimer)
            transaction.retransmitTimer = handle
        } else {
            stop(&transaction.timeoutTimer)
            transaction.timeoutTimer = handle
        }
    }

    fileprivate func stopTimer(_ transaction: ServerTransaction, _ timer: TransactionTimer) {
        if timer == .g { stop(&transaction.retransmitTimer) } else { stop(&transaction.timeoutTimer) }
    }

    private func forgetTimer(_ transaction: ServerTransaction, _ timer: TransactionTimer) {
        if timer == .g { transaction.retransmitTimer = .none } else { transaction.timeoutTimer = .none }
    }
}
