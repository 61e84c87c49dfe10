import SIPTransaction

/// The dialogs that a 2xx of the policy made: enough to repeat the 2xx, to take the ACK and to answer BYE (§12, §13.3.1.4).
struct LocalDialogs {
    struct Entry {
        let key: UInt64
        /// The server transaction of the dialog's last INVITE, which has the 2xx.
        var transaction: UInt64
        var isAcknowledged = false
        var interval: SIPDuration
        var timer = TimerHandle.none
        /// When nobody waits for an ACK any more.
        var giveUpAt: SIPInstant
    }

    private var places: [UInt64: UInt32] = [:]
    private var entries: [Entry?] = []
    private var free: [UInt32] = []

    var count: Int { places.count }

    mutating func add(_ entry: Entry) -> UInt32 {
        let place = free.popLast() ?? UInt32(entries.count)
        if Int(place) == entries.count { entries.append(entry) } else { entries[Int(place)] = entry }
        places[entry.key] = place
        return place
    }

    func place(of key: UInt64) -> UInt32? { places[key] }

    subscript(place: UInt32) -> Entry? {
        get { Int(place) < entries.count ? entries[Int(place)] : nil }
        set { entries[Int(place)] = newValue }
    }

    mutating func remove(_ place: UInt32) -> Entry? {
        guard let entry = self[place] else { return nil }
        entries[Int(place)] = nil
        places[entry.key] = nil
        free.append(place)
        return entry
    }
}
