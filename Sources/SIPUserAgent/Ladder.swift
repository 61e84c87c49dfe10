public import SIPSyntax
public import SIPTransaction

/// Writes the messages of a user agent as they go, a line each: `→ INVITE sip:bob@localhost`, `← 180 Ringing (0.02 s)`.
///
/// A response shows the time since its request, a message that is sent or comes again says so.
public final class Ladder {
    private let isVerbose: Bool
    private let write: (String) -> Void
    /// When each request was first seen, by direction of its response, Call-ID and CSeq.
    private var starts: [String: SIPInstant] = [:]
    private var seen: Set<String> = []
    private static let limit = 1024

    /// A ladder whose lines go to `write`; a verbose one shows the whole messages beneath.
    public init(isVerbose: Bool, write: @escaping (String) -> Void) {
        self.isVerbose = isVerbose
        self.write = write
    }

    /// A message came in.
    public func received(_ message: borrowing SIPMessage, from flow: Flow, at now: SIPInstant) {
        show(message, isSent: false, flow, now)
    }

    /// A message goes out.
    public func sent(_ text: ByteView, to flow: Flow, at now: SIPInstant) {
        guard let message = try? SIPMessage(parsing: text) else { return }
        show(message, isSent: true, flow, now)
    }

    private func show(_ message: borrowing SIPMessage, isSent: Bool, _ flow: Flow, _ now: SIPInstant) {
        let arrow = isSent ? "→" : "←"
        let line = message.isRequest ? request(message, isSent, now) : response(message, isSent, now)
        let isAgain = isRepeated(message, arrow)
        write("\(arrow) \(line)\(isAgain ? ", again" : "")")
        guard isVerbose else { return }
        write("  \(isSent ? "to" : "from") \(flow.transport.uriName) \(flow.remote)")
        for line in message.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            write("  | \(String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self))")
        }
    }

    private func request(_ message: borrowing SIPMessage, _ isSent: Bool, _ now: SIPInstant) -> String {
        let key = exchange(message, isSent)
        if starts.count >= Ladder.limit { starts.removeAll() }
        if starts[key] == nil { starts[key] = now }
        var line = "\(message.methodText.string) \(message.requestURI.string)"
        if !isSent, message.method != .ack, let from = message.value(of: .from),
            let uri = NameAddrLayout(from)?.uri(in: from)
        {
            line += " from \(uri.string)"
        }
        if message.has(.authorization) || message.has(.proxyAuthorization) { line += ", with credentials" }
        return line
    }

    private func response(_ message: borrowing SIPMessage, _ isSent: Bool, _ now: SIPInstant) -> String {
        var line = "\(message.status) \(message.reason.string)"
        if message.method != .invite { line += " to \(message.methodText.string)" }
        guard let start = starts[exchange(message, !isSent)] else { return line }
        return line + " (\(Ladder.seconds(now - start)) s)"
    }

    /// Names a request: who sent it, and its Call-ID and CSeq.
    private func exchange(_ message: borrowing SIPMessage, _ isSent: Bool) -> String {
        "\(isSent) \(message.value(of: .callID)?.string ?? "") \(message.value(of: .cSeq)?.string ?? "")"
    }

    private func isRepeated(_ message: borrowing SIPMessage, _ arrow: String) -> Bool {
        if seen.count >= Ladder.limit { seen.removeAll() }
        let tag = message.value(of: .to)?.string ?? ""
        let via = message.value(of: .via)?.string ?? ""
        let kind = message.isRequest ? message.methodText.string : "\(message.status)"
        return !seen.insert("\(arrow) \(kind) \(tag) \(via)").inserted
    }

    /// With two digits behind the point.
    private static func seconds(_ duration: SIPDuration) -> String {
        let hundredths = (duration.nanoseconds + 5_000_000) / 10_000_000
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
