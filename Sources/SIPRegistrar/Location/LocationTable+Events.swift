extension LocationTable {
    /// Whether changes are kept for `takeEvents`; false until it is set.
    public var recordsEvents: Bool {
        get { events.isRecording }
        set { events.isRecording = newValue }
    }

    /// What changed since the last call: by REGISTER, `unregister`, and `sweep`. Events of one address-of-record are in
    /// order. At most 65,536 wait; later ones are dropped and counted.
    public func takeEvents() -> [LocationEvent] { events.take() }

    /// How many events were dropped because nobody took them in time.
    public var droppedEventCount: Int { events.droppedCount }

    /// Keeps what changed; called under the lock of the stripe, so that the order is the one of the changes.
    func report(_ change: RegistrationChange, of record: AddressRecord) {
        guard events.isRecording else { return }
        let address = record.address
        var list: [LocationEvent] = []
        for removed in change.removed {
            list.append(LocationEvent(.unregistered(removed.reason), address, removed.binding))
        }
        for binding in change.added { list.append(LocationEvent(.registered, address, binding)) }
        for binding in change.refreshed { list.append(LocationEvent(.refreshed, address, binding)) }
        events.append(list)
    }
}
