internal import CLinux
internal import SIPSyntax
internal import SIPTransaction

/// The sockets of all UDP listeners, shared by every thread that reads or sends.
final class DatagramSockets: @unchecked Sendable {
    // Sendable: the table is filled before any thread sees it.
    /// A bound socket.
    struct Socket {
        var descriptor: CInt
        var listener: UInt16
        var isIPv6: Bool
    }

    /// By the listener's index; the descriptor is -1 where the listener is no UDP one.
    private let table: UnsafeMutablePointer<Socket>
    private let capacity: Int
    private(set) var bound: [Socket] = []

    init(listenerIndexes: Int) {
        capacity = max(listenerIndexes, 1)
        table = .allocate(capacity: capacity)
        table.initialize(repeating: Socket(descriptor: -1, listener: 0, isIPv6: false), count: capacity)
    }

    deinit {
        for socket in bound { cl_close(socket.descriptor) }
        table.deallocate()
    }

    /// Binds a listener's socket; gives the address that it has, with the real port.
    func bind(_ listener: Listener, receiveBuffer: Int) throws(TransportError) -> TransportAddress {
        var address = cl_address(listener.address)
        let descriptor = cl_udp_socket(&address, CInt(clamping: receiveBuffer))
        guard descriptor >= 0 else {
            throw TransportError(.bind, listener.transport, listener.address, systemErrorText(-descriptor))
        }
        let socket = Socket(descriptor: descriptor, listener: listener.index, isIPv6: listener.address.ip.isIPv6)
        bound.append(socket)
        table[Int(listener.index)] = socket
        _ = cl_socket_address(descriptor, &address)
        return TransportAddress(address)
    }

    /// The socket that sends to `remote` for a listener; -1 when there is none of that family.
    func descriptor(listener: UInt16, remote: TransportAddress) -> CInt {
        guard Int(listener) < capacity, table[Int(listener)].isIPv6 == remote.ip.isIPv6 else { return -1 }
        return table[Int(listener)].descriptor
    }

    /// What the kernel has dropped on all sockets.
    var kernelDrops: UInt64 { bound.reduce(0) { $0 + cl_kernel_drops($1.descriptor) } }
}

/// The kernel's words for an errno, as they stand in the middle of a sentence.
func systemErrorText(_ error: CInt) -> String {
    let text = String(cString: cl_error_text(error))
    return text.prefix(1).lowercased() + text.dropFirst()
}

extension cl_address {
    init(_ address: TransportAddress) {
        self.init(
            high: address.ip.high, low: address.ip.low, scope: address.scope, port: address.port,
            is_ipv6: address.ip.isIPv6 ? 1 : 0)
    }
}

extension TransportAddress {
    init(_ address: cl_address) {
        let ip =
            address.is_ipv6 != 0
            ? IPAddress(v6High: address.high, low: address.low)
            : IPAddress(v4: UInt32(truncatingIfNeeded: address.low))
        self.init(ip: ip, port: address.port, scope: address.scope)
    }
}
