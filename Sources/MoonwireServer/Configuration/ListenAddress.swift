public import SIPSyntax
import SIPTransaction

/// An address to listen on, as `listen` has it, and what the server calls itself there.
public struct ListenAddress: Hashable, Sendable {
    public var transport: TransportProtocol
    /// The address to bind; port 0 is any free one.
    public var address: TransportAddress
    /// The host for Via and Record-Route, if `advertise` names one.
    public var advertisedHost: String?
    /// The port beside it.
    public var advertisedPort: UInt16?

    public init(
        _ transport: TransportProtocol, _ address: TransportAddress, advertisedHost: String? = nil,
        advertisedPort: UInt16? = nil
    ) {
        self.transport = transport
        self.address = address
        self.advertisedHost = advertisedHost
        self.advertisedPort = advertisedPort
    }

    /// Reads `udp:127.0.0.1:5060` or `tcp:[::1]:5060`; without a port it is the transport's own. The error is what is
    /// wrong and what to do.
    init(parsing text: String) throws(ListenTextError) {
        guard let colon = text.firstIndex(of: ":"),
            let transport = text[..<colon].description.withByteView({ TransportProtocol($0) })
        else { throw ListenTextError("`\(text)` has no transport in front; write it like udp:127.0.0.1:5060") }
        guard transport == .udp || transport == .tcp else {
            throw ListenTextError("`\(text)`: only udp and tcp can be listened on")
        }
        let (host, port) = try HostAndPort.split(String(text[text.index(after: colon)...]))
        guard let ip = host.withByteView({ IPAddress($0) }) else {
            throw ListenTextError(
                "`\(host)` is no numeric address; write one of this machine's, such as 127.0.0.1 or [::1]")
        }
        self.init(transport, TransportAddress(ip: ip, port: port ?? transport.defaultPort))
    }
}

extension ListenAddress: CustomStringConvertible {
    /// As `listen` spells it.
    public var description: String { "\(transport.uriName):\(address)" }
}

/// Why a text is no address to listen on.
struct ListenTextError: Error {
    var problem: String

    init(_ problem: String) { self.problem = problem }
}

/// `host`, `host:port` and `[v6]:port`.
enum HostAndPort {
    static func split(_ text: String) throws(ListenTextError) -> (host: String, port: UInt16?) {
        let afterHost: String.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw ListenTextError("`\(text)`: the `]` is missing") }
            afterHost = text.index(after: bracket)
        } else {
            afterHost = text.firstIndex(of: ":") ?? text.endIndex
        }
        let host = String(text[..<afterHost])
        guard !host.isEmpty else { throw ListenTextError("`\(text)`: the host is missing") }
        guard afterHost < text.endIndex else { return (host, nil) }
        let digits = text[text.index(after: afterHost)...]
        if text[afterHost] == ":", !text.hasPrefix("["), digits.contains(":") {
            throw ListenTextError("`\(text)`: write an IPv6 address in brackets, such as [::1]:5060")
        }
        guard text[afterHost] == ":", digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let port = UInt16(digits)
        else { throw ListenTextError("`\(digits)` is no port; ports are numbers up to 65535") }
        return (host, port)
    }
}

/// The rules for the names of domains and hosts.
enum DomainName {
    /// Whether this is a host name (RFC 1123 §2.1) or a numeric address, IPv6 in brackets.
    static func isValid(_ name: String) -> Bool {
        if name.withByteView({ IPAddress($0) }) != nil { return name.hasPrefix("[") || !name.contains(":") }
        guard name.utf8.count <= 253 else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy(isLetter)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
