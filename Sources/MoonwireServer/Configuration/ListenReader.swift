import SIPSyntax

/// Reads `listen` and `advertise`.
struct ListenReader {
    private let layers: ConfigurationLayers

    /// UDP and TCP on the loopback addresses: a server that nobody else reaches until it is told to.
    static let usual = ["udp:127.0.0.1:5060", "tcp:127.0.0.1:5060", "udp:[::1]:5060", "tcp:[::1]:5060"]

    init(_ layers: ConfigurationLayers) { self.layers = layers }

    func read() throws(ConfigurationError) -> [ListenAddress] {
        let key = ConfigurationKey("listen")
        let items =
            layers.list(key)
            ?? ListenReader.usual.map { ConfigurationLayers.Setting(text: $0, place: .builtIn, isFromFile: false) }
        guard !items.isEmpty else {
            throw ConfigurationError(
                layers.place(of: key), "listen: there is no address; name one, such as udp:127.0.0.1:5060")
        }
        var addresses: [ListenAddress] = []
        for item in items {
            let address = try parse(item.text, "listen", item)
            guard address.address.port == 0 || !addresses.contains(address) else {
                throw layers.failure("listen", item, "`\(item.text)` stands twice; remove one of the two")
            }
            addresses.append(address)
        }
        try advertise(&addresses)
        return addresses
    }

    private func advertise(_ addresses: inout [ListenAddress]) throws(ConfigurationError) {
        for item in layers.list(ConfigurationKey("advertise")) ?? [] {
            // An address has no "=" in it, so the first one ends it.
            let parts = item.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw layers.failure("advertise", item, "`\(item.text)`: write udp:0.0.0.0:5060=sip.example.com:5060")
            }
            let listener = try parse(parts[0], "advertise", item)
            let indexes = addresses.indices.filter {
                addresses[$0].transport == listener.transport && addresses[$0].address == listener.address
            }
            guard !indexes.isEmpty else {
                throw layers.failure(
                    "advertise", item, "`\(parts[0])` is not in `listen`; add it there, or remove it here")
            }
            let (host, port) = try named(parts[1], item)
            for index in indexes {
                addresses[index].advertisedHost = host
                addresses[index].advertisedPort = port
            }
        }
    }

    private func named(
        _ text: String, _ item: ConfigurationLayers.Setting
    ) throws(ConfigurationError) -> (String, UInt16?) {
        do throws(ListenTextError) {
            let (host, port) = try HostAndPort.split(text)
            guard DomainName.isValid(host) else {
                throw ListenTextError("`\(host)` is no host name or address; write it like sip.example.com:5060")
            }
            guard port != 0 else { throw ListenTextError("`\(text)`: nobody reaches port 0") }
            return (host, port)
        } catch {
            throw layers.failure("advertise", item, error.problem)
        }
    }

    private func parse(
        _ text: String, _ key: String, _ item: ConfigurationLayers.Setting
    ) throws(ConfigurationError) -> ListenAddress {
        do throws(ListenTextError) {
            return try ListenAddress(parsing: text)
        } catch {
            throw layers.failure(key, item, error.problem)
        }
    }
}
