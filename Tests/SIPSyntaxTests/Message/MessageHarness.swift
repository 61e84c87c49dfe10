import SIPSyntax

/// A message of these lines, joined with CRLF, with an empty line behind and this body.
func message(_ lines: [String], body: String = "") throws -> SIPMessage {
    try message(text: lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
}

func message(text: String, limits: MessageLimits = MessageLimits()) throws -> SIPMessage {
    try message(bytes: Array(text.utf8), limits: limits)
}

func message(bytes: [UInt8], limits: MessageLimits = MessageLimits()) throws -> SIPMessage {
    try bytes.withByteView { view throws(SIPParseError) in try SIPMessage(parsing: view, limits: limits) }
}

/// The fields that every request has, behind a start line.
let mandatory = [
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", "From: <sip:a@example.com>;tag=1", "To: <sip:b@example.com>",
    "Call-ID: abc", "CSeq: 7 INVITE",
]

/// An INVITE with these fields behind the mandatory ones.
func invite(_ fields: [String] = [], body: String = "") throws -> SIPMessage {
    try message(["INVITE sip:b@example.com SIP/2.0"] + mandatory + fields, body: body)
}

extension SIPMessage {
    /// The message as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The values of every field of a name.
    func values(_ name: HeaderName) -> [String] {
        (0..<fieldCount).filter { fieldName(at: $0) == name }.map { fieldValue(at: $0).string }
    }

    mutating func set(_ index: Int, _ value: String) { value.withByteView { setFieldValue(at: index, $0) } }

    mutating func insert(_ name: String, _ value: String, at index: Int) {
        name.withByteView { name in value.withByteView { insertField(named: name, value: $0, at: index) } }
    }
}
