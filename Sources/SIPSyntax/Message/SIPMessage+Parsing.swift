extension SIPMessage {
    /// Copies one message and indexes it in a single pass.
    ///
    /// The reader is tolerant: lone LF ends a line, folded lines are one value, empty lines before the start line are
    /// skipped, a line without colon is noted as a flaw. Only what can't be answered at all throws. Bytes behind the
    /// body that Content-Length gives are ignored (§18.3).
    public init(parsing text: ByteView, limits: MessageLimits = MessageLimits()) throws(SIPParseError) {
        try self.init(parsing: text, limits: limits, spareBytes: SIPMessage.spareBytes)
    }

    /// Room behind a received message, so that `received`, `rport` and a field or two are added without a new index.
    static let spareBytes = 160
    static let spareSlots = 3

    init(parsing text: ByteView, limits: MessageLimits, spareBytes: Int) throws(SIPParseError) {
        var scan = MessageScan(text: text, limits: limits)
        let result: Result<MessageStorage, SIPParseError> = withUnsafeTemporaryAllocation(
            of: FieldSlot.self, capacity: limits.fields
        ) { slots in
            do throws(SIPParseError) {
                try scan.run(slots: slots)
                return .success(scan.makeStorage(slots: slots, spareBytes: spareBytes))
            } catch { return .failure(error) }
        }
        storage = try result.get()
    }
}

/// One pass over a message's text.
struct MessageScan {
    let text: ByteView
    let limits: MessageLimits
    var head = MessageHead()
    var fieldCount = 0
    /// The first fields of these names, which the body and the method check need.
    var contentLengthIndex = -1
    var cSeqIndex = -1
    var position = 0

    init(text: ByteView, limits: MessageLimits) {
        self.text = text
        self.limits = limits
    }

    mutating func run(slots: UnsafeMutableBufferPointer<FieldSlot>) throws(SIPParseError) {
        while position < text.count, text[position] == 0x0D || text[position] == 0x0A { position += 1 }
        guard position < text.count else { throw SIPParseError(.empty, at: position) }
        try readStartLine()
        while try readField(slots: slots) {}
        readBody(slots: slots)
        noteMissingFields()
    }

    /// The position behind the line feed that ends the line at `start`.
    private func lineEnd(from start: Int) throws(SIPParseError) -> Int {
        guard let end = text.firstIndex(of: 0x0A, from: start) else {
            throw SIPParseError(.unterminated, at: start)
        }
        return end + 1
    }

    /// The range of a line without its CRLF or LF.
    private func contents(_ start: Int, _ end: Int) -> Range<Int> {
        let upper = end - 1
        return start..<(upper > start && text[upper - 1] == 0x0D ? upper - 1 : upper)
    }

    // MARK: Start line (§7.1, §7.2)

    private mutating func readStartLine() throws(SIPParseError) {
        let start = position
        let end = try lineEnd(from: start)
        guard end - start <= limits.headerBytes else { throw SIPParseError(.tooLong, at: start) }
        let line = contents(start, end)
        head.startLine = MessagePart(offset: start, count: end - start)
        position = end
        let view = text[line]
        if view.count >= 4, view.foldedPrefix == MessageScan.sipSlash {
            try readStatusLine(view, at: start)
        } else {
            try readRequestLine(view, at: start)
        }
    }

    /// "sip/" as a little-endian word with case bits set.
    private static let sipSlash: UInt32 = 0x2F70_6973

    private mutating func readStatusLine(_ line: ByteView, at start: Int) throws(SIPParseError) {
        guard line.count >= 11, line[7] == 0x20, line[8..<11].decimal() != nil,
            line.count == 11 || line[11] == 0x20
        else { throw SIPParseError(.startLine, at: start) }
        let status = line[8..<11].decimal() ?? 0
        guard (100...699).contains(status), line[0..<7].equalsIgnoringCase("SIP/2.0") else {
            throw SIPParseError(.startLine, at: start)
        }
        head.status = UInt16(status)
        let reasonStart = min(12, line.count)
        head.reason = MessagePart(offset: start + reasonStart, count: line.count - reasonStart)
    }

    private mutating func readRequestLine(_ line: ByteView, at start: Int) throws(SIPParseError) {
        guard let methodEnd = line.firstIndex(of: 0x20), methodEnd > 0, let last = line.lastIndex(of: 0x20),
            last > methodEnd, line.suffix(from: last + 1).count >= 5,
            line.suffix(from: last + 1).foldedPrefix == MessageScan.sipSlash
        else { throw SIPParseError(.startLine, at: start) }
        let method = line[0..<methodEnd]
        for index in 0..<methodEnd where !ASCII.isToken(method[index]) {
            throw SIPParseError(.startLine, at: start)
        }
        head.method = MessagePart(offset: start, count: methodEnd)
        head.methodCode = SIPMethod(method)
        head.requestURI = MessagePart(offset: start + methodEnd + 1, count: last - methodEnd - 1)
        let version = line.suffix(from: last + 1)
        if !version.equalsIgnoringCase("SIP/2.0") { head.flaw = MessageFlaw(.version) }
    }

    // MARK: Header fields (§7.3)

    /// Reads one field with its folded lines; false at the empty line that ends them.
    private mutating func readField(slots: UnsafeMutableBufferPointer<FieldSlot>) throws(SIPParseError) -> Bool {
        let start = position
        guard start < text.count else { throw SIPParseError(.unterminated, at: start) }
        if text[start] == 0x0A || (text[start] == 0x0D && start + 1 < text.count && text[start + 1] == 0x0A) {
            position = start + (text[start] == 0x0A ? 1 : 2)
            return false
        }
        var end = try lineEnd(from: start)
        while end < text.count, text[end] == 0x20 || text[end] == 0x09 { end = try lineEnd(from: end) }
        guard end <= limits.headerBytes else { throw SIPParseError(.tooLong, at: start) }
        position = end
        guard let colon = colon(from: start, to: end) else {
            note(MessageFlaw(.malformed))
            return true
        }
        guard fieldCount < slots.count else { throw SIPParseError(.tooManyFields, at: start) }
        addField(slots: slots, start: start, colon: colon, end: end)
        return true
    }

    private func colon(from start: Int, to end: Int) -> Int? {
        guard let index = text[start..<end].firstIndex(of: UInt8(ascii: ":")), index > 0 else { return nil }
        return start &+ index
    }

    /// Whether a name that is not known is a token, as it must be (§25.1).
    private func isToken(_ name: Range<Int>) -> Bool {
        for index in name where !ASCII.isToken(text[index]) { return false }
        return !name.isEmpty
    }

    private mutating func addField(
        slots: UnsafeMutableBufferPointer<FieldSlot>, start: Int, colon: Int, end: Int
    ) {
        var nameEnd = colon
        while nameEnd > start, text[nameEnd - 1] == 0x20 || text[nameEnd - 1] == 0x09 { nameEnd &-= 1 }
        let name = HeaderName(in: text, at: start, count: nameEnd &- start)
        guard name != .other || isToken(start..<nameEnd) else { return note(MessageFlaw(.malformed)) }
        // `end` is inside of the text, so these need no check of their own.
        let bytes = text.base
        var lower = colon &+ 1
        var upper = end
        while lower < upper, ASCII.isWhitespace(bytes[lower]) { lower &+= 1 }
        while lower < upper, ASCII.isWhitespace(bytes[upper &- 1]) { upper &-= 1 }
        let mask = name.mask
        if head.present & mask != 0, name.isSingle { note(MessageFlaw(.repeated, name)) }
        head.present |= mask
        if name == .cSeq, cSeqIndex < 0 { cSeqIndex = fieldCount }
        if name == .contentLength, contentLengthIndex < 0 { contentLengthIndex = fieldCount }
        slots[fieldCount] = FieldSlot(
            offset: UInt32(start), lineCount: end &- start, valueStart: lower &- start, valueCount: upper &- lower,
            nameCount: nameEnd &- start, name: name)
        fieldCount &+= 1
    }

    /// The first flaw is the one that is answered.
    private mutating func note(_ flaw: MessageFlaw) {
        if head.flaw.kind == .none { head.flaw = flaw }
    }

    // MARK: Body and what must be there

    private mutating func readBody(slots: UnsafeMutableBufferPointer<FieldSlot>) {
        var count = text.count - position
        if contentLengthIndex >= 0 {
            let slot = slots[contentLengthIndex]
            let start = Int(slot.offset) + Int(slot.valueStart)
            if let length = text[start..<start + Int(slot.valueCount)].decimal(limit: 0x7FFF_FFFF) {
                if Int(length) > limits.bodyBytes { note(MessageFlaw(.bodyTooLong)) }
                if Int(length) > count { note(MessageFlaw(.bodyTooShort)) }
                count = min(count, Int(length))
            } else {
                note(MessageFlaw(.malformed, .contentLength))
            }
        }
        if count > limits.bodyBytes {
            note(MessageFlaw(.bodyTooLong))
            count = 0
        }
        head.body = MessagePart(offset: position, count: count)
        readCSeq(slots: slots)
    }

    /// A response's method is that of its CSeq; a request's must equal it (§8.1.1.5).
    private mutating func readCSeq(slots: UnsafeMutableBufferPointer<FieldSlot>) {
        guard cSeqIndex >= 0 else { return }
        let slot = slots[cSeqIndex]
        let start = Int(slot.offset) + Int(slot.valueStart)
        let value = text[start..<start + Int(slot.valueCount)]
        guard let digits = value.firstIndex(where: { !ASCII.isDigit($0) }), digits > 0,
            value[0..<digits].decimal(limit: 0x7FFF_FFFF) != nil, ASCII.isWhitespace(value[digits])
        else { return note(MessageFlaw(.malformed, .cSeq)) }
        let method = value.suffix(from: digits).trimmed
        guard !method.isEmpty else { return note(MessageFlaw(.malformed, .cSeq)) }
        let offset = start + value.count - method.count
        if head.status != 0 {
            head.method = MessagePart(offset: offset, count: method.count)
            head.methodCode = SIPMethod(method)
        } else if !method.equals(text[head.method.position..<head.method.position + Int(head.method.count)]) {
            note(MessageFlaw(.methodMismatch, .cSeq))
        }
    }

    private mutating func noteMissingFields() {
        let required: [HeaderName] = [.via, .from, .to, .callID, .cSeq]
        let mask =
            HeaderName.via.mask | HeaderName.from.mask | HeaderName.to.mask | HeaderName.callID.mask
            | HeaderName.cSeq.mask
        guard head.present & mask != mask else { return }
        for name in required where head.present & name.mask == 0 { note(MessageFlaw(.missing, name)) }
    }

    // MARK: Storage

    func makeStorage(slots: UnsafeMutableBufferPointer<FieldSlot>, spareBytes: Int) -> MessageStorage {
        let count = head.body.position + Int(head.body.count)
        let storage = MessageStorage.make(slots: fieldCount + SIPMessage.spareSlots, bytes: count + spareBytes)
        let (slotCapacity, byteCapacity) = (storage.header.slotCapacity, storage.header.byteCapacity)
        storage.header = head
        storage.header.slotCapacity = slotCapacity
        storage.header.byteCapacity = byteCapacity
        storage.header.slotCount = Int32(fieldCount)
        storage.header.byteCount = Int32(count)
        if let first = slots.baseAddress { storage.slots.update(from: first, count: fieldCount) }
        storage.ownBytes.update(from: text.base, count: count)
        return storage
    }
}

extension ByteView {
    /// The first four bytes with their case bits set, little-endian.
    @inlinable
    var foldedPrefix: UInt32 {
        UInt32(self[0] | 0x20) | UInt32(self[1] | 0x20) << 8 | UInt32(self[2] | 0x20) << 16
            | UInt32(self[3] | 0x20) << 24
    }

    /// The position of the first byte that `predicate` accepts.
    @inlinable
    public func firstIndex(where predicate: (UInt8) -> Bool) -> Int? {
        var index = 0
        while index < count {
            if predicate(self[index]) { return index }
            index &+= 1
        }
        return nil
    }

    /// The position of the last `byte`.
    @inlinable
    public func lastIndex(of byte: UInt8) -> Int? {
        var index = count
        while index > 0 {
            index &-= 1
            if self[index] == byte { return index }
        }
        return nil
    }
}
