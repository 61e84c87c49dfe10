import Glibc
public import SIPSyntax

/// The numeric addresses of this machine's interfaces.
public enum MachineAddresses {
    /// Every address, the reachable ones first: loopback and IPv6 link-local addresses stand at the end.
    public static func all() -> [IPAddress] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [IPAddress] = []
        var next = list
        while let interface = next?.pointee {
            if let address = interface.ifa_addr.flatMap(address(_:)), !found.contains(address) { found.append(address) }
            next = interface.ifa_next
        }
        return found.filter { !isLocal($0) } + found.filter(isLocal)
    }

    private static func isLocal(_ address: IPAddress) -> Bool {
        // fe80::/10 means something on its own link only.
        address.isLoopback || (address.isIPv6 && address.high >> 54 == 0xFE80 >> 6)
    }

    static func address(_ pointer: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        switch Int32(pointer.pointee.sa_family) {
        case AF_INET:
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                IPAddress(v4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { six in
                withUnsafeBytes(of: six.pointee.sin6_addr) { bytes in
                    IPAddress(
                        v6High: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
                }
            }
        default: nil
        }
    }
}
