public import SIPSyntax
public import SIPTransaction

/// Who this server is: what it listens on, which domains are its own, which sources it trusts.
///
/// Each shard has a copy of its own, so that asking costs no shared reference count.
public struct ServerIdentity: Sendable {
    public var listeners: [Listener]
    /// The domains whose addresses-of-record live here, in lower case.
    public var domains: [[UInt8]]
    /// Every address of this machine that a listener on a wildcard address covers.
    public var addresses: [TransportAddress]
    /// Sources that may send calls without authentication.
    public var trustedPeers: [Network]

    /// An address and how many of its bits count.
    public struct Network: Hashable, Sendable {
        public var address: IPAddress
        public var prefixLength: Int

        public init(address: IPAddress, prefixLength: Int) {
            self.address = address
            self.prefixLength = prefixLength
        }

        /// `192.0.2.0/24`, `2001:db8::/32` or a single address; nil when it is neither.
        public init?(_ text: ByteView) {
            let slash = text.firstIndex(of: UInt8(ascii: "/"))
            guard let address = IPAddress(text.prefix(slash ?? text.count)) else { return nil }
            let longest = address.isIPv6 ? 128 : 32
            guard let slash else {
                self.init(address: address, prefixLength: longest)
                return
            }
            guard let bits = text.suffix(from: slash + 1).decimal(limit: UInt64(longest)) else { return nil }
            self.init(address: address, prefixLength: Int(bits))
        }

        public func contains(_ ip: IPAddress) -> Bool { ip.isIn(address, prefixLength: prefixLength) }
    }

    public init(
        listeners: [Listener], domains: [[UInt8]], addresses: [TransportAddress] = [], trustedPeers: [Network] = []
    ) {
        self.listeners = listeners
        self.domains = domains
        self.addresses = addresses.isEmpty ? listeners.map(\.address) : addresses
        self.trustedPeers = trustedPeers
    }

    /// Whether the source may send calls without authentication.
    public func isTrusted(_ ip: IPAddress) -> Bool {
        trustedPeers.contains { $0.contains(ip) }
    }

    /// The position of the local domain that `host` is, or nil.
    public func domainIndex(_ host: ByteView) -> Int? {
        for index in domains.indices where domains[index].count == host.count {
            if domains[index].withByteView({ $0.equalsIgnoringCase(host) }) { return index }
        }
        return nil
    }

    /// Whether a URI's host and port are a local domain or this server: whose addresses-of-record it decides.
    public func isLocal(host: ByteView, port: UInt16?) -> Bool {
        if isOwn(host: host, port: port) { return true }
        guard domainIndex(host) != nil else { return false }
        guard let port else { return true }
        return listeners.contains { $0.sentByPort == port || $0.address.port == port }
    }

    /// Whether a Route's or Via's host and port are those of a listener: the element named is this server.
    public func isOwn(host: ByteView, port: UInt16?) -> Bool {
        for listener in listeners {
            let wanted = port ?? listener.transport.defaultPort
            guard wanted == listener.sentByPort else { continue }
            if listener.sentByHost.withByteView({ $0.equalsIgnoringCase(host) }) { return true }
        }
        guard addresses.contains(where: { $0.port == port ?? 5060 }), let first = host.isEmpty ? nil : host[0],
            ASCII.isDigit(first) || first == UInt8(ascii: "["),
            let ip = IPAddress(host)
        else { return false }
        return addresses.contains { $0.ip == ip && $0.port == port ?? 5060 }
    }

    /// Whether a URI is this server's or one of its domains'; only sip and sips URIs can be.
    public func isLocal(_ uri: URILayout, in text: ByteView) -> Bool {
        guard uri.scheme == .sip || uri.scheme == .sips, let host = uri.host(in: text) else { return false }
        return isLocal(host: host, port: uri.port)
    }

    /// The listener that a message to this address goes out from: the same transport and family, the preferred one if
    /// it fits; nil when none does.
    public func listener(
        for transport: TransportProtocol, to address: IPAddress, preferred: UInt16
    ) -> Listener? {
        if Int(preferred) < listeners.count {
            let candidate = listeners[Int(preferred)]
            if fits(candidate, transport, address) { return candidate }
        }
        return listeners.first { fits($0, transport, address) }
    }

    private func fits(_ listener: Listener, _ transport: TransportProtocol, _ address: IPAddress) -> Bool {
        listener.transport == transport && listener.address.ip.isIPv6 == address.isIPv6
    }
}
