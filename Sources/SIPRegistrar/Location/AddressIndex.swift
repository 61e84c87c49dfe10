import SIPSyntax

/// A hash table of addresses-of-record with open addressing: 16 bytes a slot, linear probing, no tombstones.
///
/// The hash is keyed, so that nobody can choose addresses that collide; the text decides.
struct AddressIndex: Sendable {
    struct Slot: @unchecked Sendable {
        // Sendable: records are only touched under the lock of the stripe that the index is in.
        var hash: UInt64
        /// Nil for a free slot.
        var record: AddressRecord?
    }

    private var slots: ContiguousArray<Slot>
    private var mask: Int
    private(set) var count = 0

    /// The number of slots, a power of two.
    var capacity: Int { slots.count }

    init() {
        slots = ContiguousArray(repeating: Slot(hash: 0, record: nil), count: 8)
        mask = 7
    }

    /// The record of an address-of-record, or nil.
    func find(_ address: ByteView, hash: UInt64) -> AddressRecord? {
        var place = home(hash)
        while let record = slots[place].record {
            if slots[place].hash == hash, record.isNamed(address) { return record }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// The record in a slot, or nil when it is free.
    func record(at place: Int) -> AddressRecord? { slots[place].record }

    /// Adds a record whose address is not there.
    mutating func insert(_ record: AddressRecord) {
        if (count &+ 1) &* 5 > slots.count &* 4 { grow() }
        place(Slot(hash: record.header.hash, record: record))
        count &+= 1
    }

    /// Frees a slot, and moves what was pushed aside by its record nearer to its home.
    mutating func remove(at place: Int) {
        var free = place
        var next = (free &+ 1) & mask
        while slots[next].record != nil {
            // What lies between its home and here may move to the free slot only if that is not before its home.
            let distance = (next &- home(slots[next].hash)) & mask
            if distance >= (next &- free) & mask {
                slots.swapAt(free, next)
                free = next
            }
            next = (next &+ 1) & mask
        }
        slots[free] = Slot(hash: 0, record: nil)
        count &-= 1
    }

    private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & mask }

    private mutating func place(_ slot: Slot) {
        var place = home(slot.hash)
        while slots[place].record != nil { place = (place &+ 1) & mask }
        slots[place] = slot
    }

    private mutating func grow() {
        let old = slots
        slots = ContiguousArray(repeating: Slot(hash: 0, record: nil), count: old.count * 2)
        mask = slots.count - 1
        for slot in old where slot.record != nil { place(slot) }
    }
}
