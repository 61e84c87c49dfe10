import SIPProxy
public import SIPSyntax
import SIPTokens
import SIPTransaction

/// The user agent server's share of a dialog that a 2xx from here has made.
extension Shard {
    /// Keeps the 2xx going until its ACK comes, and knows the dialog's requests from then on.
    func openLocalDialog(_ context: ResponseContext, _ transaction: ServerTransaction) {
        scratch.removeAll()
        LocalTag.write(for: context.received, key: configuration.keys, to: scratch)
        let to = context.received.value(of: .to) ?? .empty
        let tag = NameAddrLayout(to)?.tag(in: to) ?? scratch.view
        let key = dialogKey(context.received.value(of: .callID) ?? .empty, tag)
        let t1 = configuration.timers.t1
        let giveUpAt = now + configuration.timers.transactionTimeout
        let place: UInt32
        if let known = dialogs.place(of: key), var entry = dialogs[known] {
            // A re-INVITE's 2xx is repeated until its own ACK (§14.2).
            stop(&entry.timer)
            entry.transaction = transaction.number
            entry.isAcknowledged = false
            entry.interval = t1
            entry.giveUpAt = giveUpAt
            dialogs[known] = entry
            place = known
        } else {
            place = dialogs.add(
                LocalDialogs.Entry(key: key, transaction: transaction.number, interval: t1, giveUpAt: giveUpAt))
        }
        dialogs[place]?.timer = schedule(TimerPayload(.dialog, 0, UInt64(place)), after: t1)
    }

    /// §13.3.1.4: the 2xx is sent again at T1, doubling up to T2, over every transport, until the ACK or 64·T1.
    func dialogTimerFired(_ place: UInt32) {
        guard var entry = dialogs[place] else { return }
        guard !entry.isAcknowledged else {
            // Its BYE never came.
            _ = dialogs.remove(place)
            return
        }
        guard now < entry.giveUpAt, let transaction = servers[entry.transaction] else {
            _ = dialogs.remove(place)
            return
        }
        counters.retransmissionsSent &+= 1
        repeatResponse(transaction)
        entry.interval = min(entry.interval * 2, configuration.timers.t2)
        entry.timer = schedule(TimerPayload(.dialog, 0, UInt64(place)), after: entry.interval)
        dialogs[place] = entry
    }

    /// Takes a request that belongs to a dialog made here: ACK and BYE, and 481 for the rest.
    func takesDialogRequest(_ context: ResponseContext) -> Bool {
        guard dialogs.count > 0, let to = context.received.value(of: .to),
            let tag = NameAddrLayout(to)?.tag(in: to),
            let place = dialogs.place(of: dialogKey(context.received.value(of: .callID) ?? .empty, tag))
        else { return false }
        if context.method == .ack { acknowledge(place) }
        if user.dialogRequest(context) { return true }
        context.isHandlerDone = true
        switch context.method {
        case .ack: break
        case .bye:
            endDialog(place)
            reply(context, ReplyContent(status: 200))
        default: reply(context, ReplyContent(status: 481))
        }
        releaseIfDone(context)
        return true
    }

    /// A dialog made here without a BYE is forgotten after so long.
    private static let longestLocalDialog = SIPDuration.seconds(Int64(12 * 3600))

    private func acknowledge(_ place: UInt32) {
        guard var entry = dialogs[place] else { return }
        stop(&entry.timer)
        entry.isAcknowledged = true
        entry.timer = schedule(TimerPayload(.dialog, 0, UInt64(place)), after: Shard.longestLocalDialog)
        dialogs[place] = entry
    }

    private func endDialog(_ place: UInt32) {
        guard var entry = dialogs.remove(place) else { return }
        stop(&entry.timer)
    }

    /// Forgets the dialog of a request that a user agent has ended.
    public func endDialog(of context: ResponseContext) {
        guard let to = context.received.value(of: .to), let tag = NameAddrLayout(to)?.tag(in: to),
            let place = dialogs.place(of: dialogKey(context.received.value(of: .callID) ?? .empty, tag))
        else { return }
        endDialog(place)
    }

    /// Forgets a dialog that a user agent here has ended, by its Call-ID and the tag of this side.
    public func endDialog(callID: ByteView, localTag: ByteView) {
        if let place = dialogs.place(of: dialogKey(callID, localTag)) { endDialog(place) }
    }

    /// The To tag of the responses that are made here to this request; the request's own when it has one (§8.2.6.2).
    public func localTag(of context: ResponseContext) -> [UInt8] {
        if let to = context.received.value(of: .to), let tag = NameAddrLayout(to)?.tag(in: to) { return tag.array }
        scratch.removeAll()
        LocalTag.write(for: context.received, key: configuration.keys, to: scratch)
        return scratch.view.array
    }

    private func dialogKey(_ callID: ByteView, _ tag: ByteView) -> UInt64 {
        var hasher = SipHasher(transactionHashKey)
        hasher.absorb(field: callID)
        hasher.absorb(field: tag)
        return hasher.finish64()
    }

    // MARK: ACK of a 2xx without a Record-Route of ours

    /// Remembers an accepted INVITE whose ACK will bring no token: only such an ACK is let through.
    func rememberAccepted(_ context: ResponseContext, _ transaction: ServerTransaction) {
        guard context.recordRoute == nil, transaction.isInvite, transaction.acceptedKey == nil else { return }
        let key = acceptedKey(of: context.received)
        transaction.acceptedKey = key
        acceptedInvites.insert(key, transaction.number)
    }

    func ackMatchesAccepted(_ message: borrowing SIPMessage) -> Bool {
        acceptedInvites.number(for: acceptedKey(of: message)) != nil
    }

    private func acceptedKey(of message: borrowing SIPMessage) -> TransactionKey {
        var hasher = SipHasher(wide: transactionHashKey)
        hasher.absorb(field: message.value(of: .callID) ?? .empty)
        hasher.absorb(field: message.value(of: .cSeq)?.leadingDigits ?? .empty)
        if let from = message.value(of: .from) {
            hasher.absorb(field: NameAddrLayout(from)?.tag(in: from) ?? .empty)
        }
        let (low, high) = hasher.finish128()
        return TransactionKey(high: high, low: low)
    }
}
