public import SIPCore
public import SIPSyntax
public import SIPTransaction

/// A resolver with a fixed list of names, which answers after a while of virtual time.
public final class VirtualResolver: HostResolver, @unchecked Sendable {
    // Sendable: it is used in the network's own thread alone.
    /// What each name has.
    public var names: [String: [IPAddress]] = [:]
    /// How many questions there were.
    public private(set) var questionCount = 0
    /// How long an answer takes.
    public var delay = SIPDuration.milliseconds(50)
    /// The server that asks; set once it is there.
    public weak var server: VirtualServer?

    public init() {}

    public func resolve(_ host: [UInt8], forShard shard: UInt16, found: @escaping @Sendable ([IPAddress]) -> Void) {
        questionCount += 1
        let addresses = names[String(decoding: host, as: UTF8.self)] ?? []
        server?.network.schedule(after: delay) { [weak server] in
            server?.deliver(.task { found(addresses) }, to: Int(shard))
        }
    }
}
