import Synchronization

/// Whether one stream connection is still there, shared by all bindings that depend on it.
///
/// So a closed connection makes any number of bindings unreachable with one store, and a look-up sees it at once.
final class ConnectionState: Sendable {
    private let closed = Atomic<Bool>(false)

    var isClosed: Bool { closed.load(ordering: .acquiring) }

    func close() { closed.store(true, ordering: .releasing) }
}
