/// Where the parts of one Via element stand (RFC 3261 §20.42), with its usual parameters found in advance.
@frozen
public struct ViaLayout: Hashable, Sendable {
    /// The protocol's name, `SIP`.
    public var protocolName: FieldRange
    /// The protocol's version, `2.0`.
    public var protocolVersion: FieldRange
    /// The transport's name.
    public var transportName: FieldRange
    /// The sent-by host, IPv6 in brackets.
    public var host: FieldRange
    /// All parameters, without the first `;`; absent without any.
    public var parameters: FieldRange
    /// The `branch` value; absent without one.
    public var branch: FieldRange
    /// The `received` value; absent without one.
    public var received: FieldRange
    /// The `rport` value (RFC 3581): absent without the parameter, and empty behind the name of a bare flag, which is
    /// where a server writes `=` and the port.
    public var rport: FieldRange
    /// The `maddr` value; absent without one.
    public var maddr: FieldRange
    /// The `ttl` value; absent without one.
    public var ttl: FieldRange
    /// The sent-by port; 0 without one.
    public var portNumber: UInt16
    /// Whether sent-by has a port.
    public var hasPort: Bool
    /// The transport, when it is a known one.
    public var transport: TransportProtocol?

    /// Reads one element, white space around it allowed. Nil when it is malformed or longer than 65,535 bytes.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max) else { return nil }
        var reader = ViaReader(text)
        guard let (name, version) = reader.protocolParts(),
            let transportToken = reader.token(), reader.skipWhitespace(),
            let hostRange = reader.host()
        else { return nil }
        protocolName = name
        protocolVersion = version
        transportName = transportToken
        transport = TransportProtocol(text[transportToken])
        host = hostRange
        hasPort = false
        portNumber = 0
        parameters = .absent
        branch = .absent
        received = .absent
        rport = .absent
        maddr = .absent
        ttl = .absent
        if reader.skip(UInt8(ascii: ":")) {
            guard let port = reader.port() else { return nil }
            hasPort = true
            portNumber = port
        }
        guard let rest = reader.parameters() else { return nil }
        parameters = rest
        if rest.isPresent { readParameters(text) }
    }

    /// Notes the first parameter of each known name.
    @inline(__always)
    private mutating func readParameters(_ text: ByteView) {
        var iterator = ParameterIterator(text: text, part: parameters)
        while let parameter = iterator.next() {
            switch text.foldedWord(parameter.name) {
            case 0x6863_6E61_7262: ViaLayout.note(parameter.value, &branch)  // "branch"
            case 0x7472_6F70_72:  // "rport"
                let flag = FieldRange(start: UInt16(parameter.name.upper), count: 0)
                ViaLayout.note(parameter.value.isPresent ? parameter.value : flag, &rport)
            case 0x6465_7669_6563_6572: ViaLayout.note(parameter.value, &received)  // "received"
            case 0x7264_6461_6D: ViaLayout.note(parameter.value, &maddr)  // "maddr"
            case 0x6C_7474: ViaLayout.note(parameter.value, &ttl)  // "ttl"
            default: break
            }
        }
    }

    @inline(__always)
    private static func note(_ value: FieldRange, _ range: inout FieldRange) {
        if range.isAbsent { range = value }
    }
}

extension ByteView {
    /// A name of one to eight bytes as one little-endian word with capitals made small, for comparing it with names of
    /// letters; 0 for a longer one. No other bytes than letters fold to letters.
    @inline(__always)
    fileprivate func foldedWord(_ name: FieldRange) -> UInt64 {
        guard name.count > 0, name.count <= 8 else { return 0 }
        let bits = UInt64(name.count) &* 8
        let mask = UInt64.max >> (64 &- bits)
        var packed: UInt64 = 0
        if name.lower &+ 8 <= count {
            packed = word(at: name.lower) & mask
        } else {
            for index in 0..<Int(name.count) {
                packed |= UInt64(self[name.lower &+ index]) << UInt64(8 &* index)
            }
        }
        return (packed | 0x2020_2020_2020_2020) & mask
    }
}

extension ViaLayout {
    /// The sent-by port, or nil without one.
    @inlinable
    public var port: UInt16? { hasPort ? portNumber : nil }

    /// The sent-by port, or the transport's default port (§18.2.2); 5060 for an unknown transport.
    @inlinable
    public var sentByPortOrDefault: UInt16 { hasPort ? portNumber : transport?.defaultPort ?? 5060 }

    /// Whether the protocol is SIP/2.0.
    public func isSIP2(in text: ByteView) -> Bool {
        text[protocolName].equalsIgnoringCase("SIP") && text[protocolVersion].equals("2.0")
    }

    /// Whether there is an `rport` parameter, with a value or without (RFC 3581).
    @inlinable
    public var hasRport: Bool { rport.isPresent }

    /// The value of `rport`; nil when it is absent, a flag, or no port.
    public func rportValue(in text: ByteView) -> UInt16? {
        guard rport.isPresent, let value = text[rport].decimal(limit: 65_535), value > 0 else { return nil }
        return UInt16(value)
    }

    /// The value of `ttl`, 0 to 255; nil when it is absent or malformed.
    public func ttlValue(in text: ByteView) -> UInt8? {
        text[ifPresent: ttl]?.decimal(limit: 255).map { UInt8($0) }
    }

    /// The transport's name as it is spelt.
    @inlinable
    public func transportName(in text: ByteView) -> ByteView { text[transportName] }

    /// The sent-by host, IPv6 in brackets.
    @inlinable
    public func host(in text: ByteView) -> ByteView { text[host] }

    /// The branch; nil when it is absent or empty.
    @inlinable
    public func branch(in text: ByteView) -> ByteView? { branch.isEmpty ? nil : text[branch] }

    /// The `received` address; nil when it is absent.
    @inlinable
    public func received(in text: ByteView) -> ByteView? { text[ifPresent: received] }

    /// The `maddr` host; nil when it is absent.
    @inlinable
    public func maddr(in text: ByteView) -> ByteView? { text[ifPresent: maddr] }

    /// The first parameter of that name.
    public func parameter(_ name: StaticString, in text: ByteView) -> ParameterSearch {
        ParameterSearch(ByteView(name), in: ParameterIterator(text: text, part: parameters))
    }
}
