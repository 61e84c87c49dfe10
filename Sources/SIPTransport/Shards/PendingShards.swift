/// The shards that a thread still has to run, each once, in the order in which they came up.
struct PendingShards {
    private var ring: [Int32]
    private var isListed: [Bool]
    private var head = 0
    private(set) var count = 0

    init(shards: Int) {
        ring = Array(repeating: 0, count: max(shards, 1))
        isListed = Array(repeating: false, count: shards)
    }

    var isEmpty: Bool { count == 0 }

    mutating func insert(_ shard: Int) {
        guard !isListed[shard] else { return }
        isListed[shard] = true
        var end = head &+ count
        if end >= ring.count { end &-= ring.count }
        ring[end] = Int32(truncatingIfNeeded: shard)
        count &+= 1
    }

    mutating func removeFirst() -> Int {
        let shard = Int(ring[head])
        head = head &+ 1 == ring.count ? 0 : head &+ 1
        count &-= 1
        isListed[shard] = false
        return shard
    }
}
