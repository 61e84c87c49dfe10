internal import CLinux
internal import NIOCore
internal import SIPSyntax

extension TransportAddress {
    /// The address of a channel's end; nil for what is neither IPv4 nor IPv6.
    init?(_ address: SocketAddress) {
        if case .unixDomainSocket = address { return nil }
        var plain = cl_address()
        address.withSockAddr { pointer, _ in cl_address_of_kernel(pointer, &plain) }
        self.init(plain)
    }
}

extension SocketAddress {
    /// The address to connect to. A zone is left to the kernel's routes.
    init?(_ address: TransportAddress) {
        var packed = ByteBuffer()
        if address.ip.isIPv6 {
            packed.writeInteger(address.ip.high)
            packed.writeInteger(address.ip.low)
        } else {
            packed.writeInteger(UInt32(truncatingIfNeeded: address.ip.low))
        }
        guard let made = try? SocketAddress(packedIPAddress: packed, port: Int(address.port)) else { return nil }
        self = made
    }
}
