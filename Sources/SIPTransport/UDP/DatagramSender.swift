internal import CLinux
internal import SIPSyntax
internal import SIPTransaction

/// Sends the datagrams of an outbox with sendmmsg, straight from the outbox's memory. One for each thread.
final class DatagramSender {
    private static let capacity = 64
    private static let retries = 3

    private let sockets: DatagramSockets
    private let counters: ThreadCounters
    private let sender: OpaquePointer
    /// The ticket of each filled slot.
    private let tickets: UnsafeMutablePointer<SendTicket>
    /// What has been sent, for the errors that come later.
    let sent = SentTickets()

    init(sockets: DatagramSockets, counters: ThreadCounters) throws(TransportError) {
        guard let sender = cl_sender_new(UInt32(DatagramSender.capacity)) else {
            throw TransportError(.resources, "no memory for sending datagrams")
        }
        self.sockets = sockets
        self.counters = counters
        self.sender = sender
        tickets = .allocate(capacity: DatagramSender.capacity)
        tickets.initialize(repeating: .none, count: DatagramSender.capacity)
    }

    deinit {
        cl_sender_free(sender)
        tickets.deallocate()
    }

    /// Sends the UDP entries of `outbox`, each listener's in their order; true when there are entries for streams too.
    func send(_ outbox: Outbox, failed: inout [SendTicket]) -> Bool {
        let entries = outbox.entries
        var hasStreams = false
        var listeners: UInt64 = 0
        for entry in entries {
            if entry.flow.transport == .udp {
                listeners |= 1 << UInt64(entry.flow.listener & 63)
            } else {
                hasStreams = true
            }
        }
        // Nearly always one pass: a batch leaves through one socket, or two.
        while listeners != 0 {
            let group = UInt16(truncatingIfNeeded: listeners.trailingZeroBitCount)
            send(entries, group: group, bytes: outbox.bytes.view, failed: &failed)
            listeners &= listeners &- 1
        }
        return hasStreams
    }

    /// Sends the entries of the listeners whose index ends in `group`'s six bits.
    private func send(
        _ entries: ContiguousArray<Outbox.Entry>, group: UInt16, bytes: ByteView, failed: inout [SendTicket]
    ) {
        var slots = 0
        var socket: CInt = -1
        for entry in entries where entry.flow.transport == .udp && entry.flow.listener & 63 == group {
            let wanted = sockets.descriptor(listener: entry.flow.listener, remote: entry.flow.remote)
            guard wanted >= 0 else {
                fail(entry.ticket, to: &failed)
                continue
            }
            if slots == DatagramSender.capacity || wanted != socket {
                flush(slots, socket, failed: &failed)
                slots = 0
                socket = wanted
            }
            fill(slots, entry, bytes)
            slots &+= 1
        }
        flush(slots, socket, failed: &failed)
    }

    private func fill(_ slot: Int, _ entry: Outbox.Entry, _ bytes: ByteView) {
        var target = cl_address(entry.flow.remote)
        let datagram = bytes[entry.start..<entry.start &+ entry.count]
        let text = datagram.rawBuffer
        cl_sender_set(sender, UInt32(truncatingIfNeeded: slot), text.baseAddress, text.count, &target)
        if entry.ticket.sender != 0 { sent.note(SentTickets.key(datagram, to: entry.flow.remote), entry.ticket) }
        tickets[slot] = entry.ticket
    }

    /// Sends the filled slots. What can't be sent is skipped, and its sender told (RFC 3261 §18.4).
    private func flush(_ count: Int, _ socket: CInt, failed: inout [SendTicket]) {
        var first = 0
        var retries = 0
        while first < count {
            let result = cl_sender_send(sender, socket, UInt32(first), UInt32(count))
            if result > 0 {
                counters.add(.datagramsSent, Int(result))
                first &+= Int(result)
                retries = 0
            } else if retries < DatagramSender.retries {
                // A full buffer empties; and the error may be that of an earlier datagram, reported late.
                retries += 1
                if cl_is_transient(-result) != 0 { cl_wait_writable(socket, 1) }
            } else {
                giveUp(first, error: -result, failed: &failed)
                first &+= 1
                retries = 0
            }
        }
    }

    private func giveUp(_ slot: Int, error: CInt, failed: inout [SendTicket]) {
        // Loss like any other on the way, which the timers of the sender handle.
        if cl_is_transient(error) != 0 { return counters.add(.sendBufferFull) }
        fail(tickets[slot], to: &failed)
    }

    private func fail(_ ticket: SendTicket, to failed: inout [SendTicket]) {
        counters.add(.sendFailures)
        if ticket.sender != 0 { failed.append(ticket) }
    }
}
