public import SIPSyntax
public import SIPTokens
import Synchronization

/// The location service of RFC 3261 §10: which contacts an address-of-record has now.
///
/// All shards share one. It is divided into stripes with a lock each, held for one look-up or one REGISTER; a look-up
/// copies nothing. It knows no clock: every call is told the time in Unix seconds. Bindings that ran out are not seen
/// from that second on and taken out by the next REGISTER or `sweep`; those whose connection was closed likewise.
/// An address-of-record without bindings is remembered for a while, so that "unregistered" (480) is told from
/// "unknown" (404).
public final class LocationTable: Sendable {
    static let stripeCount = 256

    let stripes: [LocationStripe]
    let connections = ConnectionRegister()
    let events = LocationEventQueue()
    let cursor = Mutex(SweepCursor())
    /// How long an address-of-record without bindings is remembered, in seconds.
    let memory: Int64
    private let hashKey: SipKey

    /// An empty table.
    ///
    /// - Parameters:
    ///   - hashKey: a random key, so that nobody can choose addresses that collide.
    ///   - memory: how long an address-of-record without bindings is remembered, in seconds; a week by default.
    public init(hashKey: SipKey, memory: Int64 = 7 * 86_400) {
        self.hashKey = hashKey
        self.memory = memory
        stripes = (0..<LocationTable.stripeCount).map { _ in LocationStripe() }
    }

    // MARK: Looking up

    /// The bindings that can be used now, best first: by q, then the latest.
    ///
    /// Nil: the address-of-record is not known here ("unknown"). Empty: it has no binding now ("unregistered").
    ///
    /// - Parameter addressOfRecord: canonical, as `URILayout.appendAddressOfRecord` writes it.
    public func lookup(_ addressOfRecord: ByteView, now: Int64) -> [Binding]? {
        let hash = hash(addressOfRecord)
        return stripe(hash).content.withLock { content in
            content.index.find(addressOfRecord, hash: hash)?.liveBindings(now: now)
        }
    }

    /// How many addresses-of-record have bindings, those not swept yet included.
    public var addressCount: Int { sum { $0.registeredCount } }

    /// How many bindings are stored, those not swept yet included.
    public var bindingCount: Int { sum { $0.bindingCount } }

    /// How many addresses-of-record are known, those without bindings included.
    public var knownCount: Int { sum { $0.index.count } }

    /// How many open stream connections bindings depend on, some that no binding depends on any more included.
    public var connectionCount: Int { connections.count }

    private func sum(_ part: (borrowing LocationStripe.Content) -> Int) -> Int {
        var total = 0
        for stripe in stripes { total += stripe.content.withLock { part($0) } }
        return total
    }

    // MARK: Stripes

    func hash(_ addressOfRecord: ByteView) -> UInt64 {
        var hasher = SipHasher(hashKey)
        hasher.absorb(addressOfRecord)
        return hasher.finish64()
    }

    /// The stripe of a hash, by its highest bits; the lowest choose the slot.
    func stripe(_ hash: UInt64) -> LocationStripe { stripes[Int(hash >> 56)] }
}
