import SIPProxy
import SIPSyntax
import SIPTokens
import SIPTransaction

/// Two listeners at 10.0.0.1, UDP and TCP, for example.com.
let identity = ServerIdentity(
    listeners: [
        Listener(index: 0, transport: .udp, address: TransportAddress(ip: IPAddress("10.0.0.1")!, port: 5060)),
        Listener(index: 1, transport: .tcp, address: TransportAddress(ip: IPAddress("10.0.0.1")!, port: 5060)),
    ],
    domains: [Array("example.com".utf8)],
    trustedPeers: ["10.9.0.0/16", "2001:db8::/32"].compactMap { $0.withByteView { ServerIdentity.Network($0) } })

let keys = KeyRing(randomBytes: (0..<48).map { $0 &* 5 &+ 1 })

/// A request with these fields between Via and From.
func request(
    _ fields: [String] = [], method: String = "INVITE", uri: String = "sip:bob@example.com", toTag: String = "",
    vias: [String] = ["SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKa"]
) throws -> SIPMessage {
    var lines = ["\(method) \(uri) SIP/2.0"]
    lines += vias.map { "Via: \($0)" }
    lines += fields
    lines += [
        "From: <sip:alice@example.com>;tag=caller", "To: <sip:bob@example.com>\(toTag.isEmpty ? "" : ";tag=" + toTag)",
        "Call-ID: call", "CSeq: 1 \(method)",
    ]
    return try Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8).withByteView {
        view throws(SIPParseError) in try SIPMessage(parsing: view)
    }
}

extension SIPMessage {
    /// The values of a field, in order.
    func values(_ name: HeaderName) -> [String] {
        (0..<fieldCount).filter { fieldName(at: $0) == name }.map { fieldValue(at: $0).string }
    }
}

/// The text of a dialog token for the harness's requests, made by the caller.
func dialogToken(_ listener: UInt16, callID: String = "call", tag: String = "caller", parameters: String = "") -> String
{
    let out = ByteWriter()
    callID.withByteView { callID in
        tag.withByteView { tag in
            parameters.withByteView {
                DialogToken(listener: listener).encode(
                    callID: callID, creatorTag: tag, parameters: $0, to: out, ring: keys)
            }
        }
    }
    return out.view.string
}
