import Synchronization

/// The events that nobody has taken yet; the ones of an address-of-record are in order.
final class LocationEventQueue: Sendable {
    private struct Content {
        var events: [LocationEvent] = []
        var dropped = 0
    }

    /// The most events that wait: whoever takes none must not fill the memory.
    static let capacity = 65_536

    private let recording = Atomic<Bool>(false)
    private let content = Mutex(Content())

    var isRecording: Bool {
        get { recording.load(ordering: .relaxed) }
        set { recording.store(newValue, ordering: .relaxed) }
    }

    var droppedCount: Int { content.withLock { $0.dropped } }

    func append(_ events: [LocationEvent]) {
        content.withLock { content in
            let room = max(LocationEventQueue.capacity - content.events.count, 0)
            content.events.append(contentsOf: events.prefix(room))
            content.dropped += max(events.count - room, 0)
        }
    }

    func take() -> [LocationEvent] {
        content.withLock { content in
            let events = content.events
            content.events = []
            return events
        }
    }
}
