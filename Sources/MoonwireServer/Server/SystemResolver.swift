import Glibc
import NIOPosix
import SIPCore
import SIPSyntax
import Synchronization

/// Looks names up with the system's resolver (`/etc/hosts`, `resolv.conf`) on threads of its own, so that no shard waits.
final class SystemResolver: HostResolver {
    /// Brings an answer to the shard that asked; set once, when the transports run.
    private let post = Mutex<(@Sendable (Int, @escaping @Sendable () -> Void) -> Void)?>(nil)
    private let threads: NIOThreadPool

    init(threads count: Int = 4) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    func connect(_ post: @escaping @Sendable (Int, @escaping @Sendable () -> Void) -> Void) {
        self.post.withLock { $0 = post }
    }

    func resolve(_ host: [UInt8], forShard shard: UInt16, found: @escaping @Sendable ([IPAddress]) -> Void) {
        let name = String(decoding: host, as: UTF8.self)
        threads.submit { [self] state in
            let addresses = state == .active ? SystemResolver.lookUp(name) : []
            let post = post.withLock { $0 }
            post?(Int(shard)) { found(addresses) }
        }
    }

    func stop() { threads.shutdownGracefully { _ in } }

    /// The addresses in the order of RFC 6724, as getaddrinfo gives them, each once.
    private static func lookUp(_ name: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr.flatMap(MachineAddresses.address(_:)), !found.contains(address) {
                found.append(address)
            }
            next = entry.ai_next
        }
        return found
    }
}
