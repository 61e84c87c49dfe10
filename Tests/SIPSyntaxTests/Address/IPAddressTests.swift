import SIPSyntax
import Testing

@Suite("IP addresses as text (RFC 3261 §25.1, RFC 4291 §2.2, RFC 5952)")
struct IPAddressTests {
    @Test(
        "an address is written in the one form of RFC 5952",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("192.168.001.001", "192.168.1.1"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("[::1]", "::1"), ("2001:DB8::1", "2001:db8::1"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            // RFC 5952 §4.1 to §4.3.
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:db8::0:1:1:1:1", "2001:db8::1:1:1:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:0:0:4:5:6:0:0", "1::4:5:6:0:0"), ("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"),
            ("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"),
            ("abcd:ef01:2345:6789:abcd:ef01:2345:6789", "abcd:ef01:2345:6789:abcd:ef01:2345:6789"),
            ("100:20:3::f000", "100:20:3::f000"),
            // §5: an IPv4-mapped address ends in dotted form, others do not.
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::FFFF:c000:0201", "::ffff:192.0.2.1"),
            ("::192.0.2.1", "::c000:201"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("0:0:0:0:0:ffff:1.2.3.4", "::ffff:1.2.3.4"),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == expected)
        #expect(IPAddress(expected) == address)
        let bracketed = String(decoding: address.textBytes(bracketed: true), as: UTF8.self)
        #expect(bracketed == (address.isIPv6 ? "[\(expected)]" : expected))
        #expect(IPAddress(bracketed) == address)
        let writer = ByteWriter()
        address.appendText(to: writer, bracketed: false)
        #expect(writer.view.string == expected)
    }

    @Test(
        "a malformed address is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.1.1.256", "1.1.1.0001",
            "1.2.3.x", "1.2.3.4 ", " 1.2.3.4", "-1.2.3.4", "0x1.2.3.4", "[1.2.3.4]", "localhost",
            ":", ":::", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8::",
            "1:2:3:4::5:6:7:8", "1::2::3", "12345::", "g::", "::1%eth0", "[::1", "::1]", "[]", "[[::1]]", "::1.2.3",
            "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "::256.1.1.1", "1:::2", "::[1.2.3.4]",
            "1:2:3:4:5:6:7:",
        ])
    func refused(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("random addresses survive the way to text and back")
    func roundTrip() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        // A mask of random groups makes runs of zeros of every kind.
        func sparse() -> UInt64 {
            let choice = next()
            return (0..<4).reduce(next()) { word, group in
                choice >> UInt64(group) & 1 == 0 ? word & ~(0xFFFF << UInt64(16 * group)) : word
            }
        }
        for _ in 0..<5000 {
            let v6 = IPAddress(v6High: sparse(), low: sparse())
            #expect(IPAddress(v6.description) == v6)
            let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: next()))
            #expect(IPAddress(v4.description) == v4)
        }
    }

    @Test("an address lies in the networks that have its first bits")
    func networks() throws {
        func isIn(_ address: String, _ network: String, _ length: Int) throws -> Bool {
            try #require(IPAddress(address)).isIn(try #require(IPAddress(network)), prefixLength: length)
        }
        #expect(try isIn("10.1.2.3", "10.0.0.0", 8))
        #expect(try !isIn("11.1.2.3", "10.0.0.0", 8))
        #expect(try isIn("10.1.2.3", "10.1.2.3", 32))
        #expect(try !isIn("10.1.2.2", "10.1.2.3", 32))
        #expect(try isIn("10.1.2.2", "10.1.2.3", 31))
        #expect(try isIn("1.2.3.4", "9.9.9.9", 0))
        #expect(try isIn("2001:db8:1::1", "2001:db8::", 32))
        #expect(try !isIn("2001:db9::1", "2001:db8::", 32))
        #expect(try isIn("2001:db8::1:0:0:2", "2001:db8::1:0:0:1", 126))
        #expect(try !isIn("2001:db8::1:0:0:2", "2001:db8::1:0:0:1", 127))
        #expect(try isIn("2001:db8::3", "2001:db8::2", 127))
        #expect(try !isIn("2001:db8::3", "2001:db8::2", 128))
        #expect(try !isIn("::1", "0.0.0.0", 0))
    }

    @Test("loopback and unspecified addresses are known")
    func kinds() throws {
        for text in ["127.0.0.1", "127.255.0.9", "::1"] { #expect(try #require(IPAddress(text)).isLoopback) }
        for text in ["128.0.0.1", "::2", "1::1"] { #expect(try !#require(IPAddress(text)).isLoopback) }
        for text in ["0.0.0.0", "::"] { #expect(try #require(IPAddress(text)).isUnspecified) }
        #expect(try !#require(IPAddress("::1")).isUnspecified)
    }

    @Test("an address with its port is written with brackets around IPv6")
    func transportAddress() throws {
        let v4 = TransportAddress(ip: try #require(IPAddress("192.0.2.1")), port: 5060)
        #expect(v4.description == "192.0.2.1:5060")
        let v6 = TransportAddress(ip: try #require(IPAddress("2001:db8::1")), port: 1)
        #expect(v6.description == "[2001:db8::1]:1")
    }

    @Test("a transport is known by its name in either case (§20.42, RFC 7118)", arguments: TransportProtocol.allCases)
    func transports(_ transport: TransportProtocol) {
        #expect(TransportProtocol(ByteView(transport.viaName)) == transport)
        #expect(TransportProtocol(ByteView(transport.uriName)) == transport)
    }

    @Test("another name is no transport", arguments: ["", "u", "UDPX", "SCTP", "\u{15}dp", "ud", "t1s", "TLS-SCTP"])
    func noTransport(_ name: String) {
        #expect(name.withByteView { TransportProtocol($0) } == nil)
    }
}
