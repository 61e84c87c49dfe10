import SIPSyntax

/// A message as a phone sees it: lines of text. It shares no code with the server's message, so that a mistake there is
/// not made here again.
public struct PhoneMessage: Sendable {
    public var startLine: String
    public var fields: [(name: String, value: String)]
    public var body: String

    public init(startLine: String, fields: [(name: String, value: String)], body: String = "") {
        self.startLine = startLine
        self.fields = fields
        self.body = body
    }

    /// Reads a message whose lines end with CRLF, as everything that the server writes.
    public init?(_ bytes: [UInt8]) {
        var lines: [String] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            let line = bytes[start..<(end > start && bytes[end - 1] == 0x0D ? end - 1 : end)]
            start = end + 1
            if line.isEmpty { break }
            if let first = line.first, first == 0x20 || first == 0x09, !lines.isEmpty {
                lines[lines.count - 1] += " " + String(decoding: line, as: UTF8.self)
            } else {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        guard let first = lines.first else { return nil }
        startLine = first
        body = String(decoding: bytes[start...], as: UTF8.self)
        fields = []
        for line in lines.dropFirst() {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let name = PhoneMessage.trimmed(line[..<colon])
            let value = PhoneMessage.trimmed(line[line.utf8.index(after: colon)...])
            fields.append((name, value))
        }
    }

    static func trimmed(_ text: Substring) -> String {
        let bytes = text.utf8
        guard let first = bytes.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
            let last = bytes.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
        else { return "" }
        return String(text[first...last])
    }

    /// The message's bytes, with a Content-Length.
    public var bytes: [UInt8] {
        var text = startLine + "\r\n"
        for field in fields where field.name != "Content-Length" { text += "\(field.name): \(field.value)\r\n" }
        text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        return Array(text.utf8)
    }

    public var isRequest: Bool { !startLine.hasPrefix("SIP/2.0 ") }

    /// The status of a response; 0 for a request.
    public var status: Int { isRequest ? 0 : Int(startLine.dropFirst(8).prefix(3)) ?? 0 }

    /// The reason phrase of a response.
    public var reason: String { String(startLine.dropFirst(12)) }

    /// The method of a request, or that of a response's CSeq.
    public var method: String {
        isRequest ? String(startLine.prefix { $0 != " " }) : String(self["CSeq"]?.split(separator: " ").last ?? "")
    }

    /// The Request-URI.
    public var uri: String { startLine.split(separator: " ").dropFirst().first.map { String($0) } ?? "" }

    /// The first value of a field; names are compared without case.
    public subscript(name: String) -> String? { all(name).first }

    /// All values of a field, in order; for Via, Route and Record-Route each element by itself.
    public func all(_ name: String) -> [String] {
        let wanted = name.lowercased()
        let found = fields.filter { $0.name.lowercased() == wanted }.map(\.value)
        guard ["via", "route", "record-route"].contains(wanted) else { return found }
        return found.flatMap { $0.split(separator: ",").map { PhoneMessage.trimmed($0) } }
    }

    /// The number of CSeq.
    public var cseq: Int { self["CSeq"].flatMap { Int($0.prefix { $0.isNumber }) } ?? 0 }

    public var callID: String { self["Call-ID"] ?? "" }

    /// A parameter of a header value: what follows `;name=`.
    public static func parameter(_ name: String, of value: String) -> String? {
        // Those of the URI in angle brackets are not the header's.
        let rest = value.split(separator: ">", omittingEmptySubsequences: false).last ?? ""
        for part in rest.split(separator: ";").dropFirst(value.contains(">") ? 0 : 1) {
            let pair = part.split(separator: "=", maxSplits: 1)
            if pair[0].lowercased() == name { return pair.count > 1 ? String(pair[1]) : "" }
        }
        return nil
    }

    public var fromTag: String? { PhoneMessage.parameter("tag", of: self["From"] ?? "") }
    public var toTag: String? { PhoneMessage.parameter("tag", of: self["To"] ?? "") }

    /// The branch of the topmost Via.
    public var branch: String { PhoneMessage.parameter("branch", of: all("Via").first ?? "") ?? "" }

    /// The URI in a name-addr.
    public static func uri(in value: String) -> String {
        guard let open = value.firstIndex(of: "<"), let close = value.firstIndex(of: ">") else {
            return String(value.prefix { $0 != ";" })
        }
        return String(value[value.index(after: open)..<close])
    }
}
