internal import LuaRuntime
internal import Synchronization

/// The dictionaries that policies share over shards and keep over reloads (`sip.store`).
public final class PolicyStores: Sendable {
    private let stores = Mutex<[String: PolicyStore]>([:])

    public init() {}

    /// The store of this name; the first to ask makes it. Later bounds replace earlier ones.
    func store(named name: String, ttl: Int64?, maximum: Int?) -> PolicyStore {
        stores.withLock { stores in
            let store = stores[name] ?? PolicyStore()
            stores[name] = store
            store.configure(ttl: ttl, maximum: maximum)
            return store
        }
    }

    /// The names of the stores and how many entries each has, for status pages.
    public func counts(now: Int64) -> [String: Int] {
        stores.withLock { $0.mapValues { $0.count(now: now) } }
    }
}

/// One dictionary: plain values by key, each with the second at which it goes.
final class PolicyStore: Sendable {
    struct Entry {
        var value: LuaValue
        /// Unix seconds; `.max` for never.
        var until: Int64
    }

    fileprivate struct Content {
        var entries: [String: Entry] = [:]
        var ttl: Int64?
        var maximum = 100_000
        var nextSweep: Int64 = 0
    }

    private let content = Mutex(Content())

    func configure(ttl: Int64?, maximum: Int?) {
        content.withLock { content in
            if let ttl { content.ttl = ttl }
            if let maximum { content.maximum = maximum }
        }
    }

    func value(_ key: String, now: Int64) -> LuaValue? {
        content.withLock { content in
            guard let entry = content.entries[key], entry.until > now else { return nil }
            return entry.value
        }
    }

    /// False when the store is full.
    func set(_ key: String, _ value: LuaValue, ttl: Int64?, now: Int64) -> Bool {
        content.withLock { content in
            guard content.hasRoom(for: key, now: now) else { return false }
            content.entries[key] = Entry(value: value, until: content.end(ttl, now))
            return true
        }
    }

    /// Adds to a number, from 0, and gives the sum; a key keeps the end that it has. Nil when it holds something else.
    func increment(_ key: String, by amount: Int, ttl: Int64?, now: Int64) -> Int? {
        content.withLock { content in
            if let entry = content.entries[key], entry.until > now {
                guard case .integer(let old) = entry.value else { return nil }
                content.entries[key]?.value = .integer(old &+ amount)
                return old &+ amount
            }
            guard content.hasRoom(for: key, now: now) else { return nil }
            content.entries[key] = Entry(value: .integer(amount), until: content.end(ttl, now))
            return amount
        }
    }

    func remove(_ key: String) -> Bool {
        content.withLock { $0.entries.removeValue(forKey: key) != nil }
    }

    func count(now: Int64) -> Int {
        content.withLock { content in content.entries.reduce(0) { $0 + ($1.value.until > now ? 1 : 0) } }
    }

    /// A copy of what is there, sorted by key.
    func all(now: Int64) -> [(key: String, value: LuaValue)] {
        content.withLock { content in
            content.entries.filter { $0.value.until > now }.map { ($0.key, $0.value.value) }
        }.sorted { $0.0 < $1.0 }
    }
}

extension PolicyStore.Content {
    func end(_ ttl: Int64?, _ now: Int64) -> Int64 {
        guard let span = ttl ?? self.ttl else { return .max }
        return now &+ span
    }

    /// A full store first lets go of what has ended, at most once a second: that costs a look at each entry.
    mutating func hasRoom(for key: String, now: Int64) -> Bool {
        if entries.count < maximum || entries[key] != nil { return true }
        guard now >= nextSweep else { return false }
        nextSweep = now + 1
        entries = entries.filter { $0.value.until > now }
        return entries.count < maximum
    }
}
