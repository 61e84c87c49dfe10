import SIPSyntax
import Testing

/// A Via element and what is to be found in it.
struct ViaVector: Sendable, CustomTestStringConvertible {
    var text: String
    var transportName = "UDP"
    var transport: TransportProtocol? = .udp
    var host: String
    var port: UInt16?
    var portOrDefault: UInt16 = 5060
    var parameters: String?
    var branch: String?
    var received: String?
    var rport: String?
    var maddr: String?
    var ttl: String?
    var testDescription: String { text }
}

@Suite("Via (RFC 3261 §20.42, RFC 3581)")
struct ViaTests {
    static let vectors: [ViaVector] = [
        ViaVector(
            text: "SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7",
            host: "erlang.bell-telephone.com",
            port: 5060, parameters: "branch=z9hG4bK87asdks7", branch: "z9hG4bK87asdks7"),
        ViaVector(
            text: "SIP/2.0/UDP 192.0.2.1:5060 ;received=192.0.2.207\r\n ;branch=z9hG4bK77asjd", host: "192.0.2.1",
            port: 5060, parameters: "received=192.0.2.207\r\n ;branch=z9hG4bK77asjd", branch: "z9hG4bK77asjd",
            received: "192.0.2.207"),
        ViaVector(
            text: "SIP / 2.0 / UDP first.example.com: 4000;ttl=16\r\n ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1",
            host: "first.example.com", port: 4000,
            parameters: "ttl=16\r\n ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1", branch: "z9hG4bKa7c6a8dlze.1",
            maddr: "224.2.0.1", ttl: "16"),
        // RFC 4475 §3.1.1.1.
        ViaVector(
            text: "SIP  / 2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw", host: "192.0.2.2",
            parameters: "branch=390skdjuw", branch: "390skdjuw"),
        ViaVector(
            text: "SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ", transportName: "TCP",
            transport: .tcp, host: "spindle.example.com", parameters: "\r\n  branch  =   z9hG4bK9ikj8  ",
            branch: "z9hG4bK9ikj8"),
        // RFC 4475 §3.1.1.2 and §3.1.1.9.
        ViaVector(
            text: "SIP/2.0/TLS host.example.com;branch=z9hG4bK-.!%66*_+`'~", transportName: "TLS",
            transport: .tls, host: "host.example.com", portOrDefault: 5061,
            parameters: "branch=z9hG4bK-.!%66*_+`'~", branch: "z9hG4bK-.!%66*_+`'~"),
        ViaVector(
            text: "SIP/2.0/SCTP t1.example.org;branch=x", transportName: "SCTP", transport: nil,
            host: "t1.example.org", parameters: "branch=x", branch: "x"),
        // rport as a flag, with a value; letters of either case; the first of repeated parameters.
        ViaVector(
            text: "sip/2.0/udp h;RPORT;Branch=a;branch=b", transportName: "udp", host: "h",
            parameters: "RPORT;Branch=a;branch=b", branch: "a", rport: ""),
        ViaVector(
            text: "SIP/2.0/WSS x.invalid;rport=5070;received=2001:db8::1", transportName: "WSS", transport: .wss,
            host: "x.invalid", portOrDefault: 443, parameters: "rport=5070;received=2001:db8::1",
            received: "2001:db8::1", rport: "5070"),
        ViaVector(text: "SIP/2.0/WS h", transportName: "WS", transport: .ws, host: "h", portOrDefault: 80),
        ViaVector(
            text: "  SIP/2.0/UDP [2001:db8::9:1] : 6050 ", host: "[2001:db8::9:1]", port: 6050,
            portOrDefault: 6050),
        ViaVector(text: "SIP/2.0/UDP h;", host: "h", parameters: ""),
        ViaVector(
            text: "SIP/2.0/UDP h;branch;received=\"1.2.3.4\";hidden", host: "h",
            parameters: "branch;received=\"1.2.3.4\";hidden", received: "\"1.2.3.4\""),
    ]

    @Test("every part is found", arguments: vectors)
    func parts(_ vector: ViaVector) throws {
        try vector.text.withByteView { text in
            let layout = try #require(ViaLayout(text))
            #expect(layout.isSIP2(in: text))
            #expect(layout.transportName(in: text).string == vector.transportName)
            #expect(layout.transport == vector.transport)
            #expect(layout.host(in: text).string == vector.host)
            #expect(layout.port == vector.port)
            #expect(layout.sentByPortOrDefault == vector.port ?? vector.portOrDefault)
            #expect(text[ifPresent: layout.parameters]?.string == vector.parameters)
            #expect(layout.branch(in: text)?.string == vector.branch)
            #expect(layout.received(in: text)?.string == vector.received)
            #expect(text[ifPresent: layout.rport]?.string == vector.rport)
            #expect(layout.rportValue(in: text) == vector.rport.flatMap { UInt16($0) })
            #expect(layout.maddr(in: text)?.string == vector.maddr)
            #expect(layout.ttlValue(in: text) == vector.ttl.flatMap { UInt8($0) })
        }
    }

    @Test("a bare rport is a place right behind the name, for the port to be written (RFC 3581 §4)")
    func rportPlace() throws {
        try "SIP/2.0/UDP h ; rport ;branch=a".withByteView { text in
            let layout = try #require(ViaLayout(text))
            #expect(layout.hasRport)
            #expect(text.prefix(layout.rport.lower).string == "SIP/2.0/UDP h ; rport")
        }
    }

    @Test("another version is read, so that it can be answered")
    func version() throws {
        try "SIP/7.0/UDP h".withByteView { text in
            let layout = try #require(ViaLayout(text))
            #expect(!layout.isSIP2(in: text))
            #expect(text[layout.protocolVersion].string == "7.0")
        }
    }

    @Test(
        "a malformed element is refused",
        arguments: [
            "", " ", "SIP", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0/ h", "SIP//UDP h", "/2.0/UDP h",
            "SIP/2.0/UDPh", "SIP/2.0/UDP ;branch=a", "SIP/2.0/UDP h:", "SIP/2.0/UDP h:0", "SIP/2.0/UDP h:65536",
            "SIP/2.0/UDP h:x", "SIP/2.0/UDP h h", "SIP/2.0/UDP h,x", "SIP/2.0/UDP [::1", "SIP/2.0/UDP [::x]",
            "SIP/2.0/UDP h:5060 x;branch=a", "SIP 2.0 UDP h", "SIP/2.0/UDP h:5060:5060", "SIP/2.0/UDP <h>",
        ])
    func refused(_ text: String) {
        #expect(text.withByteView { ViaLayout($0) } == nil)
    }

    @Test("every prefix of an element is read or refused, never trapped on", arguments: vectors)
    func prefixes(_ vector: ViaVector) {
        let bytes = Array(vector.text.utf8)
        for length in 0..<bytes.count {
            Array(bytes[..<length]).withByteView { text in
                guard let layout = ViaLayout(text) else { return }
                #expect(!layout.host.isEmpty)
                _ = layout.branch(in: text)
            }
        }
    }

    @Test("other parameters are found by name")
    func otherParameters() throws {
        try "SIP/2.0/UDP h;keep=30;oc".withByteView { text in
            let layout = try #require(ViaLayout(text))
            #expect(layout.parameter("KEEP", in: text).value?.string == "30")
            #expect(layout.parameter("oc", in: text).isPresent)
            #expect(!layout.parameter("x", in: text).isPresent)
        }
    }
}
