internal import SIPSyntax
internal import SIPTransaction

/// What a datagram is before it is parsed.
enum DatagramKind {
    /// To be parsed.
    case message
    /// Nothing to do: it only keeps a NAT's binding open.
    case keepAlive
    /// A STUN binding request, which is answered (RFC 5626 §3.5.2).
    case stunRequest

    init(_ datagram: ByteView) {
        guard datagram.count > 0 else {
            self = .keepAlive
            return
        }
        let first = datagram[0]
        if first == 0x0D || first == 0x0A || first == 0 {
            self = DatagramKind.ofUnusual(datagram)
        } else {
            self = .message
        }
    }

    private static func ofUnusual(_ datagram: ByteView) -> DatagramKind {
        if STUN.isBindingRequest(datagram) { return .stunRequest }
        // CRLF, CRLFCRLF, and the four zero bytes that some phones send.
        guard datagram.count <= 4 else { return .message }
        for index in 0..<datagram.count where datagram[index] != 0x0D && datagram[index] != 0x0A {
            guard datagram[index] == 0 else { return .message }
        }
        return .keepAlive
    }
}

/// The little of STUN that a SIP server answers: binding requests used as keep-alives (RFC 5626 §3.5.2, RFC 5389).
enum STUN {
    private static let cookie: UInt32 = 0x2112_A442

    static func isBindingRequest(_ datagram: ByteView) -> Bool {
        datagram.count >= 20 && datagram[0] == 0x00 && datagram[1] == 0x01
            && Int(datagram[2]) << 8 | Int(datagram[3]) == datagram.count - 20
            && datagram.bigEndian32(at: 4) == cookie
    }

    /// Answers a binding request with the address that it came from (XOR-MAPPED-ADDRESS, RFC 5389 §15.2).
    static func answer(_ request: ByteView, from source: TransportAddress, to out: ByteWriter) {
        let addressLength: UInt8 = source.ip.isIPv6 ? 16 : 4
        out.append([1, 1, 0])
        out.append(addressLength + 8)
        // The magic cookie and the transaction's id.
        out.append(request[4..<20])
        out.append([0, 0x20, 0])
        out.append(addressLength + 4)
        out.append(0 as UInt8)
        out.append((source.ip.isIPv6 ? 2 : 1) as UInt8)
        append(source.port ^ UInt16(truncatingIfNeeded: cookie >> 16), to: out)
        guard source.ip.isIPv6 else {
            return append(UInt32(truncatingIfNeeded: source.ip.low) ^ cookie, to: out)
        }
        append(source.ip.high ^ (UInt64(cookie) << 32 | UInt64(request.bigEndian32(at: 8))), to: out)
        append(
            source.ip.low ^ (UInt64(request.bigEndian32(at: 12)) << 32 | UInt64(request.bigEndian32(at: 16))), to: out)
    }

    private static func append(_ value: some FixedWidthInteger, to out: ByteWriter) {
        var shift = value.bitWidth
        while shift > 0 {
            shift -= 8
            out.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

extension ByteView {
    /// Four bytes at `index` as a big-endian number.
    func bigEndian32(at index: Int) -> UInt32 {
        UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8
            | UInt32(self[index + 3])
    }
}
