internal import SIPSyntax
internal import SIPTransaction
internal import Synchronization

/// Which peer a connection leads to, from which of our listeners.
struct ConnectionKey: Hashable, Sendable {
    let remote: TransportAddress
    let listener: UInt16
    let transport: TransportProtocol

    init(_ flow: Flow) {
        remote = flow.remote
        listener = flow.listener
        transport = flow.transport
    }
}

/// What all event loops know of the open connections: which one leads where, and how many there are.
final class ConnectionRegistry: Sendable {
    private struct State {
        var numbers: [ConnectionKey: UInt32] = [:]
        var perSource: [IPAddress: Int] = [:]
        var total = 0
    }

    private let state = Mutex(State())
    private let maxTotal: Int
    private let maxPerSource: Int

    init(maxTotal: Int, maxPerSource: Int) {
        self.maxTotal = maxTotal
        self.maxPerSource = maxPerSource
    }

    /// Counts a connection with `source`, unless that is one too many. Connections that we open count, too.
    func admit(_ source: IPAddress) -> Bool {
        state.withLock { state in
            let count = state.perSource[source, default: 0]
            guard state.total < maxTotal, count < maxPerSource else { return false }
            state.total += 1
            state.perSource[source] = count + 1
            return true
        }
    }

    /// Undoes `admit`.
    func dismiss(_ source: IPAddress) {
        state.withLock { state in
            state.total -= 1
            guard let count = state.perSource[source], count > 1 else {
                state.perSource[source] = nil
                return
            }
            state.perSource[source] = count - 1
        }
    }

    /// The open connection to a peer, for reuse (RFC 3261 §18.1.1).
    func number(of key: ConnectionKey) -> UInt32? { state.withLock { $0.numbers[key] } }

    func insert(_ number: UInt32, for key: ConnectionKey) { state.withLock { $0.numbers[key] = number } }

    /// Forgets a connection, unless a newer one to the same peer has taken its place.
    func remove(_ number: UInt32, for key: ConnectionKey) {
        state.withLock { state in
            if state.numbers[key] == number { state.numbers[key] = nil }
        }
    }
}
