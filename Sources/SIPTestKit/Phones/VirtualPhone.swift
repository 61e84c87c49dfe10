public import SIPSyntax
import SIPTransaction

/// A scripted user agent: it registers, calls, answers, and repeats what is lost, by the plain rules of RFC 3261.
public final class VirtualPhone: VirtualEndpoint {
    public let name: String
    public let domain: String
    public let network: VirtualNetwork
    /// Its own address, which its Contact and Via name.
    public let address: TransportAddress
    public let transport: TransportProtocol
    /// Its address as others see it, when a NAT lies between.
    public let publicAddress: TransportAddress
    /// The server that requests outside of dialogs go to.
    public var server: TransportAddress
    public var password: String?
    /// What it does with the next calls.
    public var behaviour = PhoneBehaviour.answers()
    /// The status that it gives to requests other than INVITE, by method; 200 for the rest.
    public var answers: [String: Int] = [:]
    /// Whether it takes no notice of anything but calls: requests other than INVITE are not answered.
    public var isSilent = false
    /// Whether the script answers all requests by itself (`expect`).
    public var isManual = false
    /// Every message received, in order.
    public private(set) var received: [PhoneMessage] = []
    /// Every message sent, repeats included.
    public private(set) var sent: [PhoneMessage] = []
    /// Whether messages are kept in `received` and `sent`; off for thousands of calls.
    public var keepsLog = true
    /// The calls that came in and those that were made here.
    public internal(set) var calls: [PhoneCall] = []
    /// How a call is told to the script when it comes in.
    public var onCall: ((PhoneCall) -> Void)?

    var requests: [String: PhoneRequest] = [:]
    var answering: [String: PhoneAnswering] = [:]
    /// The requests that no `expect` has taken.
    var incoming: [PhoneAnswering] = []
    /// The calls by Call-ID and own tag.
    var callsByKey: [String: PhoneCall] = [:]
    var lastNumber = 0
    var registrationCSeq = 0
    /// The server's T1, T2.
    let t1 = SIPDuration.milliseconds(500)
    let t2 = SIPDuration.seconds(Int64(4))

    init(network: VirtualNetwork, name: String, _ setup: PhoneSetup) {
        self.network = network
        self.name = name
        domain = setup.domain
        address = TransportAddress(ip: VirtualPhone.address(setup.ip), port: setup.port)
        publicAddress =
            setup.publicIP.map {
                TransportAddress(ip: VirtualPhone.address($0), port: setup.publicPort)
            } ?? address
        transport = setup.transport
        server = setup.server
        password = setup.password
        network.attach(self, .udp, publicAddress)
        if setup.publicIP == nil, transport.isReliable { network.attach(self, transport, publicAddress) }
    }

    /// The address-of-record.
    public var aor: String { "sip:\(name)@\(domain)" }

    /// The Contact URI.
    public var contact: String {
        "sip:\(name)@\(address.ip.isIPv6 ? "[\(address.ip)]" : "\(address.ip)"):\(address.port)"
            + (transport == .tcp ? ";transport=tcp" : "")
    }

    /// The number of messages kept for repeats; 0 when everything is over.
    public var pendingCount: Int { requests.count }

    static func address(_ text: String) -> IPAddress {
        guard let ip = IPAddress(text) else { preconditionFailure("\(text) is no numeric address") }
        return ip
    }

    func nextNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// A token that is new in this network and the same in the same run.
    func newToken() -> String { String(network.random.next(), radix: 36) }

    // MARK: Sending

    func transmit(_ message: PhoneMessage, _ bytes: [UInt8], to destination: PhoneAddress) {
        if keepsLog { sent.append(message) }
        guard destination.transport.isReliable else {
            network.sendDatagram(bytes, from: publicAddress, to: destination.address)
            return
        }
        let number = network.connection(
            of: self, at: publicAddress, destination.transport, to: destination.address)
        if let number { network.sendStream(bytes, number, from: self) }
    }

    func transmitBack(_ message: PhoneMessage, _ bytes: [UInt8], _ packet: PacketAddresses) {
        if keepsLog { sent.append(message) }
        if packet.connection != 0 {
            network.sendStream(bytes, packet.connection, from: self)
        } else {
            network.sendDatagram(bytes, from: publicAddress, to: packet.source)
        }
    }

    /// The Via of a new request, with a new branch.
    func newVia(_ transport: TransportProtocol) -> String {
        let host = address.ip.isIPv6 ? "[\(address.ip)]" : "\(address.ip)"
        return "SIP/2.0/\(transport == .tcp ? "TCP" : "UDP") \(host):\(address.port);branch=z9hG4bK\(newToken());rport"
    }

    // MARK: Receiving

    public func received(_ bytes: [UInt8], _ packet: PacketAddresses) {
        guard let message = PhoneMessage(bytes) else { return }
        if keepsLog { received.append(message) }
        if message.isRequest { receivedRequest(message, packet) } else { receivedResponse(message) }
    }

    public func connectionClosed(_ connection: UInt32) {}

    /// The requests of a method that were received.
    public func receivedRequests(_ method: String) -> [PhoneMessage] {
        received.filter { $0.isRequest && $0.method == method }
    }

    /// The responses to a method that were received.
    public func receivedResponses(_ method: String) -> [PhoneMessage] {
        received.filter { !$0.isRequest && $0.method == method }
    }

    /// The last request of a method that was received.
    public func last(_ method: String) -> PhoneMessage? { receivedRequests(method).last }
}

/// What a phone is made of.
public struct PhoneSetup {
    public var ip: String
    public var port: UInt16 = 5060
    public var transport = TransportProtocol.udp
    public var domain = "example.com"
    public var password: String?
    /// The address behind which a NAT hides it; nil without one.
    public var publicIP: String?
    public var publicPort: UInt16 = 32_000
    public var server: TransportAddress

    public init(ip: String, server: TransportAddress) {
        self.ip = ip
        self.server = server
    }
}

extension VirtualNetwork {
    /// A phone that uses a server; `change` alters what is not given here.
    public func addPhone(
        _ name: String, ip: String, server: VirtualServer, _ change: (inout PhoneSetup) -> Void = { _ in }
    ) -> VirtualPhone {
        var setup = PhoneSetup(ip: ip, server: TransportAddress(ip: server.ip, port: 5060))
        change(&setup)
        return VirtualPhone(network: self, name: name, setup)
    }
}
