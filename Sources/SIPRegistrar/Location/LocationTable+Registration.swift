public import SIPSyntax
import Synchronization

extension LocationTable {
    /// Does what a REGISTER asks for, all or nothing (RFC 3261 §10.3 steps 6 to 8).
    ///
    /// - Parameters:
    ///   - addressOfRecord: canonical, as `URILayout.appendAddressOfRecord` writes it.
    ///   - now: Unix seconds.
    public func register(
        _ addressOfRecord: ByteView, _ request: RegistrationRequest, _ rules: RegistrationRules, now: Int64
    ) -> RegistrationResult {
        let hash = hash(addressOfRecord)
        return stripe(hash).content.withLock { content in
            let record = content.index.find(addressOfRecord, hash: hash)
            if request.isQuery {
                let live = record?.liveBindings(now: now) ?? []
                return .accepted(RegistrationChange(current: live, path: request.path))
            }
            let bindings = record?.header.bindings ?? []
            var update = RegistrationUpdate(bindings, request, rules, connections, now: now)
            do throws(RegistrationRejection) { try update.run() } catch { return .rejected(error) }
            if !update.change.isEmpty {
                let record = record ?? content.recordForWriting(addressOfRecord, hash: hash)
                content.commit(update.change.current, to: record, now: now, memory: memory)
                report(update.change, of: record)
            }
            return .accepted(update.change)
        }
    }

    /// Removes one contact of an address-of-record, or all with nil, and returns how many bindings went.
    ///
    /// - Parameters:
    ///   - contact: a URI; bindings of equal URIs go (§19.1.4).
    ///   - now: Unix seconds.
    public func unregister(_ addressOfRecord: ByteView, contact: ByteView?, now: Int64) -> Int {
        let hash = hash(addressOfRecord)
        let layout = contact.flatMap { URILayout($0) }
        return stripe(hash).content.withLock { content in
            guard let record = content.index.find(addressOfRecord, hash: hash) else { return 0 }
            var change = RegistrationChange()
            for binding in record.header.bindings {
                if let contact, !binding.hasContact(contact, layout) {
                    change.current.append(binding)
                } else {
                    change.removed.append(RemovedBinding(binding, .unregistered))
                }
            }
            guard !change.isEmpty else { return 0 }
            content.commit(change.current, to: record, now: now, memory: memory)
            report(change, of: record)
            return change.removed.count
        }
    }

    /// Makes the bindings that depend on a stream connection unreachable at once; `sweep` takes them out.
    ///
    /// A binding with a Path depends on none. May be called more than once for a connection, by each shard that learns
    /// of it: a REGISTER that one of them had waiting is then dealt with, too.
    public func connectionClosed(_ connection: UInt32) { connections.close(connection) }
}

extension Binding {
    /// Whether the contact's URI is equal to `uri` (§19.1.4).
    func hasContact(_ uri: ByteView, _ layout: URILayout?) -> Bool {
        withContact { own in
            if own.equals(uri) { return true }
            guard let layout, let ownLayout = URILayout(own) else { return false }
            return SIPURI.areEqual(own, ownLayout, uri, layout)
        }
    }
}
