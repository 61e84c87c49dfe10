internal import SIPSyntax
internal import SIPTransaction

/// Sends what a thread's shards wrote: datagrams at once, the rest through the event loops, one `execute` for each.
final class TransportCarrier<Work: ShardWork>: OutboxCarrier {
    private let datagrams: DatagramSender
    private let counters: ThreadCounters
    /// Not owned and not counted: every thread's carrier has it, and it outlives them all.
    private unowned(unsafe) let streams: StreamTransport<Work>?
    /// The loop of this thread, when it is one.
    private let home: Int
    private var batches: [StreamBatch?]

    init(datagrams: DatagramSender, counters: ThreadCounters, streams: StreamTransport<Work>?, home: Int = -1) {
        self.datagrams = datagrams
        self.counters = counters
        self.streams = streams
        self.home = home
        batches = Array(repeating: nil, count: Int(streams?.loopCount ?? 0))
    }

    func carry(_ outbox: Outbox, failed: inout [SendTicket]) {
        guard datagrams.send(outbox, failed: &failed) else { return }
        guard let streams else { return refuse(outbox, failed: &failed) }
        let bytes = outbox.bytes.view
        for entry in outbox.entries where entry.flow.transport != .udp {
            let loop = Int(streams.loopIndex(for: entry.flow))
            let text = bytes[entry.start..<entry.start &+ entry.count].rawBuffer
            if batches[loop] == nil { batches[loop] = StreamBatch(capacity: bytes.count) }
            batches[loop]?.append(text, flow: entry.flow, ticket: entry.ticket)
        }
        for loop in batches.indices {
            guard let batch = batches[loop].take() else { continue }
            if loop == home {
                streams.sendHere(batch, on: UInt32(loop))
            } else {
                streams.hand(batch, to: UInt32(loop))
            }
        }
    }

    /// Without a stream listener there is no way to a stream.
    private func refuse(_ outbox: Outbox, failed: inout [SendTicket]) {
        for entry in outbox.entries where entry.flow.transport != .udp {
            counters.add(.sendFailures)
            if entry.ticket.sender != 0 { failed.append(entry.ticket) }
        }
    }
}
