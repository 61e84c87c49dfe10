/// One timer: 32 bytes.
@frozen
@usableFromInline
struct WheelNode {
    @usableFromInline var payload: UInt64
    @usableFromInline var tick: Int64
    @usableFromInline var next: UInt32
    @usableFromInline var previous: UInt32
    /// 0 while the node is free, else the value that its handle must name.
    @usableFromInline var generation: UInt32
    @usableFromInline var slot: UInt32
}

/// The memory of a wheel's nodes: chunks that never move, and a list of the free nodes.
@usableFromInline
final class WheelNodes {
    /// No node.
    @usableFromInline static var none: UInt32 { .max }
    /// 1024 nodes, 32 KiB, a chunk.
    @usableFromInline static var chunkBits: UInt32 { 10 }
    static var chunkSize: Int { 1 << Int(chunkBits) }

    @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutablePointer<WheelNode>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    /// Nodes below this index have been in use.
    @usableFromInline var fresh: UInt32 = 0
    @usableFromInline var limit: UInt32 = 0
    @usableFromInline var firstFree: UInt32 = .max
    /// Counts all schedulings; never 0 in a handle.
    @usableFromInline var generation: UInt32 = 0

    init() { chunks = .allocate(capacity: chunkCapacity) }

    deinit {
        releaseChunks(keeping: 0)
        chunks.deallocate()
    }

    var footprint: Int { chunkCount * WheelNodes.chunkSize * MemoryLayout<WheelNode>.stride + chunkCapacity * 8 }

    @inlinable
    subscript(index: UInt32) -> UnsafeMutablePointer<WheelNode> {
        chunks[Int(index >> WheelNodes.chunkBits)] + Int(index & (1 << WheelNodes.chunkBits &- 1))
    }

    /// The node that a handle names, unless the handle is stale.
    @inlinable
    func find(_ handle: TimerHandle) -> UnsafeMutablePointer<WheelNode>? {
        guard handle.index < fresh, handle.generation != 0 else { return nil }
        let node = self[handle.index]
        return node.pointee.generation == handle.generation ? node : nil
    }

    /// A free node, with a new generation.
    @inlinable
    func take() -> UInt32 {
        let index: UInt32
        if firstFree != WheelNodes.none {
            index = firstFree
            firstFree = self[index].pointee.next
        } else {
            if fresh == limit { addChunk() }
            index = fresh
            fresh &+= 1
        }
        generation = generation == .max ? 1 : generation &+ 1
        self[index].pointee.generation = generation
        return index
    }

    @inlinable
    func give(_ index: UInt32) {
        let node = self[index]
        node.pointee.generation = 0
        node.pointee.next = firstFree
        firstFree = index
    }

    /// Gives back the memory when no node is in use.
    @inlinable
    func trim() {
        if fresh > 1 << WheelNodes.chunkBits { releaseAll() }
    }

    @usableFromInline
    func releaseAll() {
        releaseChunks(keeping: 1)
        firstFree = WheelNodes.none
        fresh = 0
        limit = UInt32(WheelNodes.chunkSize)
    }

    private func releaseChunks(keeping kept: Int) {
        while chunkCount > kept {
            chunkCount -= 1
            chunks[chunkCount].deallocate()
        }
    }

    @usableFromInline
    func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<WheelNode>>.allocate(capacity: chunkCapacity * 2)
            larger.update(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        chunks[chunkCount] = .allocate(capacity: WheelNodes.chunkSize)
        chunkCount += 1
        limit += UInt32(WheelNodes.chunkSize)
    }
}
