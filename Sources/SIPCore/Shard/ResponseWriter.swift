import SIPProxy
import SIPSyntax
import SIPTokens

/// Writes responses straight into the outbox, copying the request's fields (§8.2.6.2).
enum ResponseWriter {
    static func writeTrying(_ request: borrowing SIPMessage, to out: ByteWriter) {
        out.append("SIP/2.0 100 Trying\r\n")
        copyFields(request, toTag: .empty, to: out)
        // §8.2.6.1: the Timestamp is copied into a 100.
        request.writeFields(.timestamp, to: out)
        out.append("Content-Length: 0\r\n\r\n")
    }

    static func write(
        _ content: borrowing ReplyContent, to request: borrowing SIPMessage, toTag: ByteView, serverName: [UInt8],
        out: ByteWriter
    ) {
        writeStatusLine(content, to: out)
        copyFields(request, toTag: content.status == 100 ? .empty : toTag, to: out)
        // §12.1.1: a response that makes a dialog has the route set.
        if content.status > 100, content.status < 300 { request.writeFields(.recordRoute, to: out) }
        for header in content.headers {
            out.append(header.name)
            out.append(": ")
            out.append(header.value)
            out.append("\r\n")
        }
        out.append(content.extraLines)
        if !serverName.isEmpty {
            out.append("Server: ")
            out.append(serverName)
            out.append("\r\n")
        }
        writeBody(content, to: out)
    }

    private static func writeStatusLine(_ content: borrowing ReplyContent, to out: ByteWriter) {
        out.append("SIP/2.0 ")
        out.append(decimal: UInt64(content.status))
        out.append(UInt8(ascii: " "))
        if content.reason.isEmpty {
            out.append(ReasonPhrase.text(content.status))
        } else {
            out.append(content.reason)
        }
        out.append("\r\n")
    }

    private static func writeBody(_ content: borrowing ReplyContent, to out: ByteWriter) {
        if !content.contentType.isEmpty {
            out.append("Content-Type: ")
            out.append(content.contentType)
            out.append("\r\n")
        }
        out.append("Content-Length: ")
        out.append(decimal: UInt64(content.body.count))
        out.append("\r\n\r\n")
        out.append(content.body)
    }

    /// Via, From, To, Call-ID and CSeq of the request; the To gets a tag when it has none.
    private static func copyFields(_ request: borrowing SIPMessage, toTag: ByteView, to out: ByteWriter) {
        request.writeFields(.via, to: out)
        writeSingle(.from, request, to: out)
        writeTo(request, toTag, to: out)
        writeSingle(.callID, request, to: out)
        writeSingle(.cSeq, request, to: out)
    }

    private static func writeSingle(_ name: HeaderName, _ request: borrowing SIPMessage, to out: ByteWriter) {
        guard let value = request.value(of: name) else { return }
        out.append(name.canonicalText)
        out.append(": ")
        out.append(value)
        out.append("\r\n")
    }

    private static func writeTo(_ request: borrowing SIPMessage, _ tag: ByteView, to out: ByteWriter) {
        guard let value = request.value(of: .to) else { return }
        out.append("To: ")
        out.append(value)
        if !tag.isEmpty, let layout = NameAddrLayout(value), layout.tag(in: value) == nil {
            out.append(";tag=")
            out.append(tag)
        }
        out.append("\r\n")
    }
}

/// The To tag of responses made here: the same for every response to a request, without state (§8.2.7).
enum LocalTag {
    static func write(for request: borrowing SIPMessage, key: borrowing KeyRing, to out: ByteWriter) {
        var hasher = SipHasher(key.current.key(for: .localTag))
        hasher.absorb(request.value(of: .callID) ?? .empty)
        hasher.absorb(request.value(of: .from) ?? .empty)
        hasher.absorb(request.value(of: .cSeq)?.leadingDigits ?? .empty)
        var value = hasher.finish64()
        for _ in 0..<12 {
            out.append(digits[Int(value & 31)])
            value >>= 5
        }
    }

    private static var digits: ByteView { ByteView("0123456789abcdefghijklmnopqrstuv") }
}

extension ByteView {
    /// The digits at the start.
    var leadingDigits: ByteView { prefix(firstIndex { !ASCII.isDigit($0) } ?? count) }
}
