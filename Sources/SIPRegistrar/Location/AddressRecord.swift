import SIPSyntax

/// What an address-of-record's memory begins with.
struct AddressHead {
    /// The hash of the text that follows.
    var hash: UInt64
    /// The bindings, best first.
    var bindings: [Binding] = []
    /// When there is something to do, in Unix seconds: the earliest end of a binding, or without any, when the
    /// address-of-record is forgotten.
    var due: Int64 = .max
    var byteCount: Int32
    /// Whether a binding depends on a stream connection.
    var hasConnections = false
}

/// One address-of-record, its canonical text and its bindings, in one allocation beside the bindings.
///
/// Only touched under the lock of its stripe.
final class AddressRecord: ManagedBuffer<AddressHead, UInt8> {
    static func make(_ address: ByteView, hash: UInt64) -> AddressRecord {
        let head = AddressHead(hash: hash, byteCount: Int32(address.count))
        let buffer = AddressRecord.create(minimumCapacity: address.count) { _ in head }
        buffer.withUnsafeMutablePointerToElements { bytes in
            guard let source = address.rawBuffer.baseAddress else { return }
            UnsafeMutableRawPointer(bytes).copyMemory(from: source, byteCount: address.count)
        }
        return unsafeDowncast(buffer, to: AddressRecord.self)
    }

    /// A copy of the canonical text.
    var address: [UInt8] { withAddress { $0.array } }

    @inline(__always)
    func isNamed(_ address: ByteView) -> Bool { withAddress { $0.equals(address) } }

    @inline(__always)
    private func withAddress<R>(_ body: (ByteView) -> R) -> R {
        withUnsafeMutablePointers { head, bytes in
            body(ByteView(UnsafePointer(bytes), count: Int(head.pointee.byteCount)))
        }
    }
}

extension AddressRecord {
    /// The bindings that can be used now, best first.
    func liveBindings(now: Int64) -> [Binding] {
        guard header.due <= now || header.hasConnections else { return header.bindings }
        guard header.bindings.contains(where: { !$0.isLive(now: now) }) else { return header.bindings }
        return header.bindings.filter { $0.isLive(now: now) }
    }

    /// Takes over what is registered now.
    func commit(_ bindings: [Binding], now: Int64, memory: Int64) {
        header.bindings = bindings
        header.due = bindings.lazy.map(\.expiresAt).min() ?? now + memory
        header.hasConnections = bindings.contains { $0.blob.header.connection != nil }
    }

    /// The bindings that are over, with the reason.
    func deadBindings(now: Int64) -> [RemovedBinding] {
        guard header.due <= now || header.hasConnections else { return [] }
        return header.bindings.compactMap { binding in
            if binding.expiresAt <= now { return RemovedBinding(binding, .expired) }
            return binding.isReachable ? nil : RemovedBinding(binding, .connectionClosed)
        }
    }
}

extension Binding {
    func isLive(now: Int64) -> Bool { expiresAt > now && isReachable }
}
