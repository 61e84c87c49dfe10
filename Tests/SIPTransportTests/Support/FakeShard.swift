import SIPSyntax
import SIPTransaction
import SIPTransport

/// What happened to a shard.
enum Happening: Equatable, Sendable {
    case message(String, Flow)
    case closed(UInt32)
    case failed(UInt64)
    case timer
}

/// A shard that records what it is told and does what the test says.
final class FakeShard: ShardWork {
    let log: Watched<[Happening]>
    private let onMessage: (SIPMessage, Flow, Outbox) -> Void
    private(set) var nextDeadline: SIPInstant

    init(
        log: Watched<[Happening]>, deadline: SIPInstant = .distantFuture,
        onMessage: @escaping (SIPMessage, Flow, Outbox) -> Void = { _, _, _ in }
    ) {
        self.log = log
        self.onMessage = onMessage
        nextDeadline = deadline
    }

    func handle(_ event: consuming ShardEvent, now: SIPInstant, outbox: Outbox) {
        switch event {
        case .message(let message, let flow):
            onMessage(message, flow, outbox)
            let callID = message.value(of: .callID)?.string ?? ""
            log.change { $0.append(.message(callID, flow)) }
        case .connectionClosed(let number): log.change { $0.append(.closed(number)) }
        case .transportFailed(let sender): log.change { $0.append(.failed(sender)) }
        case .task(let body): body()
        }
    }

    func timersDue(now: SIPInstant, outbox: Outbox) {
        nextDeadline = .distantFuture
        log.change { $0.append(.timer) }
    }
}

/// Sends a message back the way it came.
func echo(_ message: SIPMessage, _ flow: Flow, _ outbox: Outbox) {
    outbox.begin()
    message.write(to: outbox.bytes)
    outbox.finish(to: flow)
}

/// All to the first shard, or by the last digit of the Call-ID.
struct FakeRouter: MessageRouter {
    var shards = 1

    func shardIndex(for message: borrowing SIPMessage) -> Int {
        guard let callID = message.value(of: .callID), callID.count > 0 else { return 0 }
        return Int(callID[callID.count - 1] & 15) % shards
    }
}

/// An OPTIONS request.
func request(callID: String = "1", body: String = "", length: String? = nil) -> [UInt8] {
    let length = length ?? "Content-Length: \(body.utf8.count)\r\n"
    return Array(
        """
        OPTIONS sip:bob@localhost SIP/2.0\r
        Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK\(callID)\r
        From: <sip:alice@localhost>;tag=a\r
        To: <sip:bob@localhost>\r
        Call-ID: \(callID)\r
        CSeq: 1 OPTIONS\r
        \(length)\r
        \(body)
        """.utf8)
}

func parsed(_ bytes: [UInt8]) throws -> SIPMessage { try bytes.withByteView { try SIPMessage(parsing: $0) } }

let loopbackV4 = IPAddress(v4: 0x7F00_0001)
let loopbackV6 = IPAddress(v6High: 0, low: 1)
