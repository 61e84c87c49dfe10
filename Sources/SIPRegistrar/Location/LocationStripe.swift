import SIPSyntax
import Synchronization

/// One share of the addresses-of-record behind one lock, so that threads seldom wait for each other.
final class LocationStripe: Sendable {
    struct Content: Sendable {
        var index = AddressIndex()
        /// The bindings that are stored, those not swept yet included.
        var bindingCount = 0
        /// The addresses-of-record that have any.
        var registeredCount = 0
    }

    let content = Mutex(Content())
}

extension LocationStripe.Content {
    /// The record of an address-of-record, made if there is none.
    mutating func recordForWriting(_ address: ByteView, hash: UInt64) -> AddressRecord {
        if let record = index.find(address, hash: hash) { return record }
        let record = AddressRecord.make(address, hash: hash)
        index.insert(record)
        return record
    }

    /// Replaces the bindings of a record.
    mutating func commit(_ bindings: [Binding], to record: AddressRecord, now: Int64, memory: Int64) {
        let before = record.header.bindings.count
        record.commit(bindings, now: now, memory: memory)
        bindingCount += bindings.count - before
        registeredCount += (bindings.isEmpty ? 0 : 1) - (before == 0 ? 0 : 1)
    }
}
