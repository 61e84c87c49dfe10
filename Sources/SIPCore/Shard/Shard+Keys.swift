import SIPSyntax
import SIPTokens
import SIPTransaction

extension Shard {
    /// What tells server transactions apart (§17.2.3): the branch with sent-by and method, or, for a peer of RFC 2543
    /// without the magic cookie, the fields that its rules compare. An ACK has the key of its INVITE.
    func transactionKey(
        of message: borrowing SIPMessage, _ via: TopVia, asInvite: Bool = false
    ) -> TransactionKey {
        var hasher = via.hasher
        let method = asInvite || message.method == .ack ? SIPMethod.invite : message.method
        hasher.absorb(method.code)
        if method == .other { hasher.absorb(message.methodText) }
        if !via.hasCookie { absorbRFC2543Fields(message, into: &hasher) }
        let (low, high) = hasher.finish128()
        return TransactionKey(high: high, low: low)
    }

    /// Request-URI, From tag, Call-ID and CSeq number; the To tag differs between INVITE and ACK and stays out.
    private func absorbRFC2543Fields(_ message: borrowing SIPMessage, into hasher: inout SipHasher) {
        hasher.absorb(field: message.requestURI)
        hasher.absorb(field: message.value(of: .callID) ?? .empty)
        hasher.absorb(field: message.value(of: .cSeq)?.leadingDigits ?? .empty)
        if let from = message.value(of: .from) {
            hasher.absorb(field: NameAddrLayout(from)?.tag(in: from) ?? .empty)
        }
    }
}
