import SIPSyntax
import Testing

@testable import SIPTransport

/// What a framer found in a stream.
private enum Found: Equatable {
    case message(String)
    case ping, padding
}

/// Feeds pieces to a framer as a connection does: what is not consumed is shown again with what follows.
private func frames(_ pieces: [[UInt8]], limits: MessageLimits = MessageLimits()) throws -> [Found] {
    var framer = StreamFramer(limits: limits)
    var pending: [UInt8] = []
    var found: [Found] = []
    for piece in pieces {
        pending += piece
        while let item = try pending.withByteView({ (view) throws(StreamFramingError) in try framer.next(view) }) {
            switch item {
            case .message(let length):
                found.append(.message(String(decoding: pending.prefix(length), as: UTF8.self)))
                pending.removeFirst(length)
            case .ping(let length):
                found.append(.ping)
                pending.removeFirst(length)
            case .padding(let length):
                found.append(.padding)
                pending.removeFirst(length)
            }
        }
    }
    return found
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("Framing of streams (RFC 3261 §18.3)")
struct StreamFramerTests {
    private static let first = request(callID: "1", body: "v=0\r\n\r\nContent-Length: 99\r\n\r\n")
    private static let folded = request(callID: "2", body: "0123456789", length: "l \t:\r\n  10\r\n")
    private static let bare = Array("SIP/2.0 200 OK\nVia: x\nCONTENT-length:0\n\n".utf8)
    private static let stream = first + Array("\r\n\r\n".utf8) + folded + Array("\r\n".utf8) + bare

    @Test("messages, keep-alives, folds, compact names and lone LF come out the same wherever the stream is cut")
    func cutAnywhere() throws {
        let whole: [Found] = [
            .message(text(Self.first)), .ping, .message(text(Self.folded)), .padding, .message(text(Self.bare)),
        ]
        #expect(try frames([Self.stream]) == whole)
        for cut in 1..<Self.stream.count {
            let found = try frames([Array(Self.stream[..<cut]), Array(Self.stream[cut...])])
            // A ping that is cut is a padding CRLF and the CRLF that makes a ping of both.
            #expect(found.filter { $0 != .padding } == whole.filter { $0 != .padding }, "cut at \(cut)")
        }
    }

    @Test("a stream that arrives byte by byte gives the same messages")
    func byteByByte() throws {
        let found = try frames(Self.stream.map { [$0] })
        #expect(
            found == [
                .message(text(Self.first)), .padding, .ping, .message(text(Self.folded)), .padding,
                .message(text(Self.bare)),
            ])
    }

    @Test("each double CRLF is one keep-alive, however it is cut (RFC 5626 §4.4.1)", arguments: 1..<12)
    func pings(cut: Int) throws {
        let stream = Array("\r\n\r\n\r\n\r\n\r\n\r\n".utf8)
        let found = try frames([Array(stream[..<cut]), Array(stream[cut...])])
        #expect(found.filter { $0 == .ping }.count == 3)
    }

    @Test("what the framer takes for a message is what the parser reads")
    func parserAgrees() throws {
        for message in [Self.first, Self.folded] {
            #expect(try parsed(message).bytes.count == message.count)
        }
    }

    @Test(
        "a stream that cannot be divided is an error",
        arguments: [
            (request(length: ""), StreamFramingError.noContentLength),
            (request(length: "Content-Length: -1\r\n"), .contentLength),
            (request(length: "Content-Length: 5x\r\n"), .contentLength),
            (request(length: "Content-Length:\r\n"), .contentLength),
            (request(length: "Content-Length: 99999999999999999999\r\n"), .contentLength),
            (request(length: "Content-Length: 5\r\nl: 6\r\n"), .contentLength),
            (request(length: "Content-Length: 70000000\r\n"), .bodyTooLong),
            (request(length: "X: \(String(repeating: "x", count: 40_000))\r\n"), .headerTooLong),
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), .notSIP),
            (Array("hello\r\n".utf8), .notSIP),
            ([0x16, 0x03, 0x01, 0x02], .notSIP),
            (Array("\rX".utf8), .notSIP),
        ])
    func errors(stream: [UInt8], expected: StreamFramingError) {
        #expect(throws: expected) { try frames([stream]) }
        #expect(throws: expected) { try frames(stream.map { [$0] }) }
    }

    @Test("of a body that is too long only the head is passed on, and the next message is found (§21.5.7)")
    func longBody() throws {
        var framer = StreamFramer(limits: MessageLimits(bodyBytes: 4))
        let head = request(length: "Content-Length: 9\r\n")
        let stream = head + Array("123456789".utf8) + head
        let first = try stream.withByteView { try framer.next($0) }
        #expect(first == .message(head.count))
        #expect(framer.isInMessage)
        let second = try Array(stream[head.count..<head.count + 3]).withByteView { try framer.next($0) }
        #expect(second == .padding(3))
        let third = try Array(stream[(head.count + 3)...]).withByteView { try framer.next($0) }
        #expect(third == .padding(6))
        #expect(!framer.isInMessage)
        #expect(try head.withByteView { try framer.next($0) } == .message(head.count))
    }

    @Test("a header without end is refused at the limit, before more of it is kept")
    func endlessHeader() {
        let limits = MessageLimits(headerBytes: 1_000)
        #expect(throws: StreamFramingError.headerTooLong) {
            try frames(
                [Array("OPTIONS sip:a SIP/2.0\r\n".utf8), [UInt8](repeating: 0x41, count: 1_000)], limits: limits)
        }
    }

    @Test("a Content-Length that is repeated with the same value is one")
    func repeatedLength() throws {
        let message = request(body: "12345", length: "Content-Length: 5\r\nl: 5\r\n")
        #expect(try frames([message + message]) == [.message(text(message)), .message(text(message))])
    }
}
