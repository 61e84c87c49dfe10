import Synchronization

/// The stream connections that bindings depend on, by their numbers.
final class ConnectionRegister: Sendable {
    fileprivate struct Table {
        var states: [UInt32: ConnectionState] = [:]
        /// At this size it is worth looking for connections that no binding needs any more.
        var cleaningSize = 1024
    }

    private let table = Mutex(Table())

    /// The state of a connection, open if it was not known.
    func state(of connection: UInt32) -> ConnectionState {
        table.withLock { table in
            if let state = table.states[connection] { return state }
            if table.states.count >= table.cleaningSize { table.clean() }
            let state = ConnectionState()
            table.states[connection] = state
            return state
        }
    }

    /// Makes all bindings that depend on the connection unreachable.
    func close(_ connection: UInt32) {
        table.withLock { $0.states.removeValue(forKey: connection) }?.close()
    }

    /// How many connections are kept.
    var count: Int { table.withLock { $0.states.count } }
}

extension ConnectionRegister.Table {
    /// Forgets the connections that no binding refers to; twice what is left is the size to do it again.
    fileprivate mutating func clean() {
        var index = states.startIndex
        var unused: [UInt32] = []
        while index != states.endIndex {
            if isKnownUniquelyReferenced(&states.values[index]) { unused.append(states[index].key) }
            states.formIndex(after: &index)
        }
        for connection in unused { states.removeValue(forKey: connection) }
        cleaningSize = max(1024, states.count * 2)
    }
}
