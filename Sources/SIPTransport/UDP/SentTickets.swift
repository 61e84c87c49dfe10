internal import SIPSyntax
internal import SIPTransaction
internal import Synchronization

/// The tickets of the datagrams that one thread sent last, so that an ICMP error, which quotes the datagram, finds its
/// sender (RFC 3261 §18.4).
///
/// Only the owner writes; any thread may search. An entry that is being replaced while it is read does not match.
final class SentTickets: @unchecked Sendable {
    // Sendable: the words are atomic.
    private static let capacity = 2048
    /// How much of a datagram is compared: the request line and the topmost Via with its branch.
    static let prefix = 256

    /// A key, a sender and a shard for each entry.
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    private var next = 0

    init() {
        words = .allocate(capacity: 3 * SentTickets.capacity)
        for index in 0..<3 * SentTickets.capacity { (words + index).initialize(to: Atomic(0)) }
    }

    deinit { words.deallocate() }

    /// What tells one datagram from another: its target and its first bytes. Never 0.
    static func key(_ datagram: ByteView, to target: TransportAddress) -> UInt64 {
        let count = min(datagram.count, prefix)
        var hash = target.ip.low &+ UInt64(target.port) &* 0x9E37_79B9_7F4A_7C15 ^ target.ip.high
        var index = 0
        while index &+ 8 <= count {
            hash = (hash ^ datagram.word(at: index)) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 32
            index &+= 8
        }
        while index < count {
            hash = (hash ^ UInt64(datagram[index])) &* 0xFF51_AFD7_ED55_8CCD
            index &+= 1
        }
        return hash | 1
    }

    /// Notes a datagram with a ticket.
    func note(_ key: UInt64, _ ticket: SendTicket) {
        let entry = words + 3 &* next
        entry[0].store(0, ordering: .relaxed)
        entry[1].store(ticket.sender, ordering: .releasing)
        entry[2].store(UInt64(ticket.shard), ordering: .releasing)
        entry[0].store(key, ordering: .releasing)
        next = next &+ 1 == SentTickets.capacity ? 0 : next &+ 1
    }

    /// The ticket of a datagram that was sent not long ago. It is given once for each time that it was sent.
    func take(_ key: UInt64) -> SendTicket? {
        for index in 0..<SentTickets.capacity {
            let entry = words + 3 &* index
            guard entry[0].load(ordering: .acquiring) == key else { continue }
            let sender = entry[1].load(ordering: .acquiring)
            let shard = entry[2].load(ordering: .acquiring)
            guard entry[0].compareExchange(expected: key, desired: 0, ordering: .acquiringAndReleasing).exchanged
            else { continue }
            return SendTicket(shard: UInt16(truncatingIfNeeded: shard), sender: sender)
        }
        return nil
    }
}
