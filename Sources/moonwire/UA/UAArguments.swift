import ArgumentParser
import Glibc
import SIPSyntax
import SIPTransport
import SIPUserAgent

/// A URI on the command line: `sip:bob@localhost`, or `bob@localhost`.
struct URIArgument: ExpressibleByArgument {
    let uri: SIPURI

    init?(argument: String) {
        let text = argument.lowercased().hasPrefix("sip:") ? argument : "sip:" + argument
        guard !argument.lowercased().hasPrefix("sips:"), let uri = SIPURI(text), uri.scheme == .sip else { return nil }
        self.uri = uri
    }
}

/// A transport that the user agent has.
enum TransportArgument: String, ExpressibleByArgument, CaseIterable {
    case udp, tcp

    var transport: TransportProtocol { self == .udp ? .udp : .tcp }
}

/// `udp:127.0.0.1:5070` or `tcp:[::1]:0`.
struct ListenArgument: ExpressibleByArgument {
    let transport: TransportProtocol
    let address: TransportAddress

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let transport = TransportArgument(rawValue: String(parts[0])),
            let colon = parts[1].lastIndex(of: ":"), let ip = IPAddress(String(parts[1][..<colon])),
            let port = UInt16(parts[1][parts[1].index(after: colon)...])
        else { return nil }
        self.transport = transport.transport
        address = TransportAddress(ip: ip, port: port)
    }
}

/// The password, which is better not seen in the list of processes.
struct PasswordArguments: ParsableArguments {
    @Option(
        help: """
            The password for Digest. Other users of this machine can see it; MOONWIRE_PASSWORD in the environment does \
            the same.
            """)
    var password: String?

    @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "path"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("The user name for Digest, when it is not that of the address.", valueName: "name"))
    var authUser: String?

    /// The password of whichever source has one.
    func value() throws -> String? {
        if let password { return password }
        if let passwordFile { return try PasswordArguments.firstLine(of: passwordFile) }
        return getenv("MOONWIRE_PASSWORD").map { String(cString: $0) }
    }

    private static func firstLine(of path: String) throws -> String {
        guard let file = fopen(path, "r") else {
            throw ValidationError("\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        guard getline(&line, &capacity, file) >= 0, let line else { throw ValidationError("\(path): empty") }
        let text = String(cString: line)
        return String(text.prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" })
    }
}

/// Where to send, where to listen, and what to print.
struct NetworkArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Send everything to this server: sip:127.0.0.1:5060;transport=tcp.", valueName: "uri"))
    var server: URIArgument?

    @Option(help: "The transport, udp or tcp, when no URI names one.")
    var transport: TransportArgument?

    @Option(
        help: ArgumentHelp(
            "Where to listen: udp:127.0.0.1:5070, tcp:[::1]:0. Default: a free port.", valueName: "address"))
    var listen: ListenArgument?

    @Flag(name: [.customShort("6"), .long], help: "Use the IPv6 address of a host that has both.")
    var ipv6 = false

    @Flag(name: .shortAndLong, help: "Print whole messages.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Print nothing but failures.")
    var quiet = false

    func validate() throws {
        if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
        if let listen, let transport, listen.transport != transport.transport {
            throw ValidationError("--listen and --transport name different transports")
        }
    }

    /// Where requests for this URI go.
    func serverAddress(for uri: SIPURI) throws(ServerAddress.Failure) -> ServerAddress {
        let next = server?.uri ?? uri
        let isStated = next.parameter(named: "transport") != nil
        let wanted = transport?.transport ?? (isStated ? nil : listen?.transport)
        let wantsIPv6 = ipv6 ? true : listen.map { $0.address.ip.isIPv6 }
        return try ServerAddress.resolve(next, transport: wanted, wantsIPv6: wantsIPv6)
    }
}
