/// An IPv4 or IPv6 address, as plain data.
@frozen
public struct IPAddress: Hashable, Sendable {
    /// The first eight bytes of an IPv6 address, big-endian; 0 for IPv4.
    public var high: UInt64
    /// The last eight bytes of an IPv6 address, or the four of an IPv4 address in the low half.
    public var low: UInt64
    public var isIPv6: Bool

    @inlinable
    public init(v4 value: UInt32) {
        high = 0
        low = UInt64(value)
        isIPv6 = false
    }

    @inlinable
    public init(v6High high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
        isIPv6 = true
    }

    /// Whether this is a loopback address (127.0.0.0/8 or ::1).
    public var isLoopback: Bool { isIPv6 ? high == 0 && low == 1 : low >> 24 == 127 }

    /// Whether this is 0.0.0.0 or ::.
    public var isUnspecified: Bool { high == 0 && low == 0 }

    /// Whether the first `length` bits equal those of `network`.
    public func isIn(_ network: IPAddress, prefixLength length: Int) -> Bool {
        guard isIPv6 == network.isIPv6 else { return false }
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits)) }
        guard isIPv6 else { return (low ^ network.low) << 32 & mask(length) == 0 }
        return (high ^ network.high) & mask(length) == 0 && (low ^ network.low) & mask(length - 64) == 0
    }
}

/// An address and a port: one end of a datagram or a connection.
@frozen
public struct TransportAddress: Hashable, Sendable {
    public var ip: IPAddress
    public var port: UInt16
    /// The zone of an IPv6 link-local address; 0 otherwise.
    public var scope: UInt32

    @inlinable
    public init(ip: IPAddress, port: UInt16, scope: UInt32 = 0) {
        self.ip = ip
        self.port = port
        self.scope = scope
    }
}
