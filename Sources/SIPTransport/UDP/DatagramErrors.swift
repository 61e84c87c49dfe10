internal import CLinux
internal import SIPSyntax
internal import SIPTransaction

/// Takes ICMP errors from the sockets and tells the senders of the datagrams that they quote: a port, host or network
/// that cannot be reached is a transport error (RFC 3261 §18.4), known in milliseconds instead of at Timer B or F.
///
/// An error that quotes too little, or something that was not sent from here with a ticket, is ignored, so that a
/// forged one would have to know the branch.
struct DatagramErrors: Sendable {
    /// More are left for the next round, so that a flood of errors does not keep the sockets unread.
    private static var perRound: Int { 64 }

    let sent: [SentTickets]

    func take<Work>(from socket: CInt, _ runner: ShardRunner<Work>) {
        withUnsafeTemporaryAllocation(byteCount: SentTickets.prefix, alignment: 8) { quoted in
            for _ in 0..<DatagramErrors.perRound {
                var target = cl_address()
                let count = cl_read_error(socket, &target, quoted.baseAddress, quoted.count)
                guard count >= 0 else { return }
                let text = ByteView(UnsafeRawBufferPointer(rebasing: quoted.prefix(count)))
                let key = SentTickets.key(text, to: TransportAddress(target))
                guard let ticket = ticket(for: key) else { continue }
                runner.counters.add(.sendFailures)
                runner.leaveFailure(ticket)
            }
        }
    }

    private func ticket(for key: UInt64) -> SendTicket? {
        for tickets in sent {
            if let ticket = tickets.take(key) { return ticket }
        }
        return nil
    }
}
