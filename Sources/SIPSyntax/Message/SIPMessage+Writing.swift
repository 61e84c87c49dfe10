extension SIPMessage {
    /// Writes the message; runs of fields that were not edited are copied whole.
    public func write(to out: ByteWriter) {
        writeStartLine(to: out)
        writeFields(to: out)
        out.append("\r\n")
        out.append(body)
    }

    /// The message as an array of bytes.
    public var bytes: [UInt8] {
        let out = ByteWriter(capacity: 1024)
        write(to: out)
        return out.view.array
    }

    /// Writes every field of a known name, each with its CRLF, as it stands.
    public func writeFields(_ name: HeaderName, to out: ByteWriter) {
        var index = firstIndex(of: name)
        while let place = index {
            out.append(storage.view(slot(place).line))
            index = firstIndex(of: name, from: place + 1)
        }
    }

    /// How many bytes the message has when written.
    public var byteCount: Int {
        let head = storage.header
        var sum = Int(head.startLine.count) + 2 + body.count
        if isRequest, head.requestURI.isEdited(from: head.startLine) {
            sum = Int(head.method.count) + Int(head.requestURI.count) + 13 + body.count
        }
        for index in 0..<fieldCount { sum += Int(storage.slots[index].lineCount) }
        return sum
    }

    private func writeStartLine(to out: ByteWriter) {
        guard isRequest, storage.header.requestURI.isEdited(from: storage.header.startLine) else {
            return writeReceivedStartLine(to: out)
        }
        out.append(methodText)
        out.append(0x20)
        out.append(requestURI)
        out.append(" SIP/2.0\r\n")
    }

    private func writeReceivedStartLine(to out: ByteWriter) {
        let line = storage.view(storage.header.startLine).trimmed
        out.append(line)
        // A status line without a reason phrase still has the space before it (§7.2).
        if !isRequest, line.count == 11 { out.append(0x20) }
        out.append("\r\n")
    }

    private func writeFields(to out: ByteWriter) {
        let slots = storage.slots
        let count = fieldCount
        var index = 0
        while index < count {
            let first = slots[index].line
            var length = first.count
            index &+= 1
            // Neighbours in the message that are neighbours in memory too go out as one run.
            while index < count, slots[index].offset == first.offset &+ length {
                length &+= UInt32(slots[index].lineCount)
                index &+= 1
            }
            out.append(storage.view(MessagePart(raw: first.offset, count: length)))
        }
    }
}

extension MessagePart {
    /// Whether a part of the start line is not where the start line was received.
    fileprivate func isEdited(from line: MessagePart) -> Bool {
        offset < line.offset || offset > line.offset &+ line.count
    }
}
