/// A server transaction's key: 128 keyed bits over what §17.2.3 compares.
///
/// The hash stands for the values: with a secret key nobody can make two transactions share one.
struct TransactionKey: Hashable {
    var high: UInt64
    var low: UInt64
}

/// From keys to slab numbers: open addressing with linear probing; the key is its own hash.
struct TransactionTable {
    private struct Entry {
        var key: TransactionKey
        /// 0 is an empty place.
        var number: UInt64
    }

    private var entries: ContiguousArray<Entry>
    private(set) var count = 0

    init() {
        entries = ContiguousArray(repeating: TransactionTable.vacant, count: 64)
    }

    private static var vacant: Entry { Entry(key: TransactionKey(high: 0, low: 0), number: 0) }

    private func place(of key: TransactionKey) -> Int {
        let mask = entries.count - 1
        var index = Int(truncatingIfNeeded: key.low) & mask
        while entries[index].number != 0, entries[index].key != key { index = (index &+ 1) & mask }
        return index
    }

    /// The number stored under the key, or nil.
    func number(for key: TransactionKey) -> UInt64? {
        let entry = entries[place(of: key)]
        return entry.number == 0 ? nil : entry.number
    }

    mutating func insert(_ key: TransactionKey, _ number: UInt64) {
        if (count + 1) * 4 > entries.count * 3 { resize(to: entries.count * 2) }
        let index = place(of: key)
        if entries[index].number == 0 { count += 1 }
        entries[index] = Entry(key: key, number: number)
    }

    /// Removes a key and moves the entries behind it up, so that no probe meets a hole.
    mutating func remove(_ key: TransactionKey) {
        var hole = place(of: key)
        guard entries[hole].number != 0 else { return }
        count -= 1
        let mask = entries.count - 1
        var index = hole
        while true {
            index = (index &+ 1) & mask
            guard entries[index].number != 0 else { break }
            let home = Int(truncatingIfNeeded: entries[index].key.low) & mask
            if (index &- home) & mask >= (index &- hole) & mask {
                entries[hole] = entries[index]
                hole = index
            }
        }
        entries[hole] = TransactionTable.vacant
        // A burst's memory is given back once most of it is unused.
        if entries.count > 4096, count * 8 < entries.count { resize(to: entries.count / 4) }
    }

    private mutating func resize(to capacity: Int) {
        let old = entries
        entries = ContiguousArray(repeating: TransactionTable.vacant, count: capacity)
        for entry in old where entry.number != 0 { entries[place(of: entry.key)] = entry }
    }
}
