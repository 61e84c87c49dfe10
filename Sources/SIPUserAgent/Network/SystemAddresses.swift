import Glibc
public import SIPSyntax

/// What the system knows about addresses; its calls may block, so they are kept away from the shard's threads.
public enum SystemAddresses {
    /// The addresses of a host name, IPv4 first; a numeric host is its own address.
    public static func addresses(of host: String) -> [IPAddress] {
        if let numeric = IPAddress(host) { return [numeric] }
        // RFC 6761 §6.3: always both loopback addresses, whatever the machine's /etc/hosts has.
        if host.lowercased() == "localhost" { return [IPAddress(v4: 0x7F00_0001), IPAddress(v6High: 0, low: 1)] }
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = list
        while let entry = next {
            if let raw = entry.pointee.ai_addr, let address = address(raw), !found.contains(address) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        return found.filter { !$0.isIPv6 } + found.filter { $0.isIPv6 }
    }

    /// The local address that the machine sends from to `remote`; nil when there is no route.
    public static func local(for remote: IPAddress) -> IPAddress? {
        let descriptor = socket(remote.isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // Connecting a datagram socket sends nothing; it asks the routing table.
        guard connect(descriptor, to: remote) == 0 else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                getsockname(descriptor, raw, &length) == 0 ? address(raw) : nil
            }
        }
    }

    private static func connect(_ descriptor: Int32, to remote: IPAddress) -> Int32 {
        let discardPort = UInt16(9).bigEndian
        if remote.isIPv6 {
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = discardPort
            withUnsafeMutableBytes(of: &target.sin6_addr) { bytes in
                bytes.storeBytes(of: remote.high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: remote.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return connect(descriptor, &target)
        }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = discardPort
        target.sin_addr.s_addr = UInt32(truncatingIfNeeded: remote.low).bigEndian
        return connect(descriptor, &target)
    }

    private static func connect<Address>(_ descriptor: Int32, _ target: inout Address) -> Int32 {
        withUnsafeMutablePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                Glibc.connect(descriptor, raw, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func address(_ raw: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        let bytes = UnsafeRawPointer(raw)
        switch Int32(raw.pointee.sa_family) {
        case AF_INET:
            let address = bytes.loadUnaligned(as: sockaddr_in.self)
            return IPAddress(v4: UInt32(bigEndian: address.sin_addr.s_addr))
        case AF_INET6:
            var address = bytes.loadUnaligned(as: sockaddr_in6.self)
            return withUnsafeBytes(of: &address.sin6_addr) { words in
                IPAddress(
                    v6High: UInt64(bigEndian: words.loadUnaligned(as: UInt64.self)),
                    low: UInt64(bigEndian: words.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        default: return nil
        }
    }
}
