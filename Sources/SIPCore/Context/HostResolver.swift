public import SIPSyntax

/// Finds the addresses of a host name.
public protocol HostResolver: AnyObject, Sendable {
    /// Looks a name up, without blocking.
    ///
    /// `found` is called once, within an event of the shard that asked, with the addresses in the order to try them;
    /// none when the name has none or the look-up failed.
    func resolve(_ host: [UInt8], forShard shard: UInt16, found: @escaping @Sendable ([IPAddress]) -> Void)
}

/// A resolver that knows no names: numeric hosts are all there is.
public final class NumericResolver: HostResolver {
    public init() {}

    public func resolve(_ host: [UInt8], forShard shard: UInt16, found: @escaping @Sendable ([IPAddress]) -> Void) {
        found([])
    }
}

/// What names resolved to a short while ago, so that calls to one host don't all ask.
struct HostCache {
    private struct Entry {
        var addresses: [IPAddress]
        var until: Int64
    }

    /// How long an answer counts, in seconds; the system resolver gives no times of its own.
    private static let lifetime: Int64 = 30
    private static let capacity = 1024
    private var entries: [[UInt8]: Entry] = [:]

    func addresses(of host: [UInt8], now: Int64) -> [IPAddress]? {
        guard let entry = entries[host], entry.until > now else { return nil }
        return entry.addresses
    }

    mutating func store(_ addresses: [IPAddress], for host: [UInt8], now: Int64) {
        if entries.count >= HostCache.capacity { entries.removeAll(keepingCapacity: true) }
        // A failure counts for a second only: the name may be there soon.
        let lifetime = addresses.isEmpty ? 1 : HostCache.lifetime
        entries[host] = Entry(addresses: addresses, until: now + lifetime)
    }
}

extension Shard {
    /// Gives the addresses of a name, at once when they are known.
    func addresses(of host: [UInt8], _ body: @escaping ([IPAddress]) -> Void) {
        if let known = hostCache.addresses(of: host, now: wallClock) { return body(known) }
        // The closure comes back on this shard alone; nothing of it is used anywhere else.
        nonisolated(unsafe) let body = body
        nonisolated(unsafe) let shard = self
        resolver.resolve(host, forShard: index) { found in
            shard.hostCache.store(found, for: host, now: shard.wallClock)
            body(found)
        }
    }
}
