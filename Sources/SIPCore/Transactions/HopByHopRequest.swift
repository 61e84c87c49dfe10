import SIPSyntax

/// The two requests that are built from another one: ACK for a failure and CANCEL (§17.1.1.3, §9.1).
enum HopByHopRequest {
    /// Same Request-URI, top Via, Route, From, Call-ID and CSeq number; the To of the response, with its tag.
    static func writeAck(for invite: borrowing SIPMessage, _ response: borrowing SIPMessage, to out: ByteWriter) {
        begin("ACK ", invite, to: out)
        writeField(.to, response, to: out)
        finish(" ACK\r\n", invite, to: out)
    }

    /// Same Request-URI, top Via, Route, From, To, Call-ID and CSeq number.
    static func writeCancel(for invite: borrowing SIPMessage, reason: ByteView, to out: ByteWriter) {
        begin("CANCEL ", invite, to: out)
        writeField(.to, invite, to: out)
        if !reason.isEmpty {
            out.append("Reason: ")
            out.append(reason)
            out.append("\r\n")
        }
        finish(" CANCEL\r\n", invite, to: out)
    }

    private static func begin(_ method: StaticString, _ invite: borrowing SIPMessage, to out: ByteWriter) {
        out.append(method)
        out.append(invite.requestURI)
        out.append(" SIP/2.0\r\nVia: ")
        if let value = invite.value(of: .via) {
            var elements = HeaderElements(value)
            if let first = elements.next() { out.append(value[first]) }
        }
        out.append("\r\n")
        invite.writeFields(.route, to: out)
        writeField(.from, invite, to: out)
        writeField(.callID, invite, to: out)
    }

    private static func finish(_ method: StaticString, _ invite: borrowing SIPMessage, to out: ByteWriter) {
        out.append("CSeq: ")
        out.append(invite.value(of: .cSeq)?.leadingDigits ?? .empty)
        out.append(method)
        out.append("Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
    }

    private static func writeField(_ name: HeaderName, _ message: borrowing SIPMessage, to out: ByteWriter) {
        guard let value = message.value(of: name) else { return }
        out.append(name.canonicalText)
        out.append(": ")
        out.append(value)
        out.append("\r\n")
    }
}
