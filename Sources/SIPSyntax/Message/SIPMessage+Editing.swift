extension SIPMessage {
    /// Makes this value the only owner of its index, with room for `slots` more fields and `bytes` more bytes.
    ///
    /// Called before a series of edits with their sum, it saves the copies in between.
    public mutating func reserve(slots: Int, bytes: Int) { _ = makeRoom(slots: slots, bytes: bytes) }

    /// As `reserve`; gives the storage that was replaced, which a view of the new bytes may still point into.
    private mutating func makeRoom(slots: Int, bytes: Int) -> MessageStorage? {
        if isKnownUniquelyReferenced(&storage), storage.hasRoom(slots: slots, bytes: bytes) { return nil }
        let old = storage
        storage = old.derived(moreSlots: slots &+ 2, moreBytes: bytes &+ 64)
        return old
    }

    /// Replaces the Request-URI.
    public mutating func setRequestURI(_ text: ByteView) {
        let old = makeRoom(slots: 0, bytes: text.count)
        storage.header.requestURI = storage.append(text)
        withExtendedLifetime(old) {}
    }

    /// Replaces the value of the field at `index`; its name keeps its spelling.
    public mutating func setFieldValue(at index: Int, _ value: ByteView) {
        let slot = slot(index)
        let old = makeRoom(slots: 0, bytes: Int(slot.nameCount) &+ value.count &+ 4)
        // The name is read from the storage that this value has now: the old one may be another's.
        storage.slots[index] = appendLine(name: fieldNameText(at: index), code: slot.name, value: value)
        withExtendedLifetime(old) {}
    }

    /// Inserts a field of a known name before the one at `index` (`fieldCount` for the end).
    public mutating func insertField(_ name: HeaderName, value: ByteView, at index: Int) {
        insertField(nameText: ByteView(name.canonicalText), code: name, value: value, at: index)
    }

    /// Inserts a field with any name.
    public mutating func insertField(named name: ByteView, value: ByteView, at index: Int) {
        insertField(nameText: name, code: HeaderName(name), value: value, at: index)
    }

    private mutating func insertField(nameText: ByteView, code: HeaderName, value: ByteView, at index: Int) {
        precondition(index >= 0 && index <= fieldCount, "no such place for a header field")
        let old = makeRoom(slots: 1, bytes: nameText.count &+ value.count &+ 4)
        let slots = storage.slots
        (slots + index + 1).update(from: slots + index, count: fieldCount - index)
        slots[index] = appendLine(name: nameText, code: code, value: value)
        storage.header.slotCount &+= 1
        storage.header.present |= code.mask
        withExtendedLifetime(old) {}
    }

    /// Removes the field at `index`.
    public mutating func removeField(at index: Int) {
        precondition(index >= 0 && index < fieldCount, "no such header field")
        reserve(slots: 0, bytes: 0)
        let slots = storage.slots
        let name = slots[index].name
        (slots + index).update(from: slots + index + 1, count: fieldCount - index - 1)
        storage.header.slotCount &-= 1
        for other in 0..<fieldCount where slots[other].name == name { return }
        storage.header.present &= ~name.mask
    }

    /// Removes every field of a known name.
    public mutating func removeFields(_ name: HeaderName) {
        while let index = firstIndex(of: name) { removeField(at: index) }
    }

    /// Replaces the body and its Content-Length; the Content-Type is the caller's.
    public mutating func setBody(_ bytes: ByteView) {
        let old = makeRoom(slots: 1, bytes: bytes.count &+ 40)
        storage.header.body = storage.append(bytes)
        var digits: [UInt8] = []
        digits.append(decimal: UInt64(bytes.count))
        digits.withByteView { setFirst(.contentLength, to: $0) }
        withExtendedLifetime(old) {}
    }

    /// Replaces the first field of a known name, or adds one at the end.
    public mutating func setFirst(_ name: HeaderName, to value: ByteView) {
        if let index = firstIndex(of: name) {
            setFieldValue(at: index, value)
        } else {
            insertField(name, value: value, at: fieldCount)
        }
    }

    private func appendLine(name: ByteView, code: HeaderName, value: ByteView) -> FieldSlot {
        let line = storage.append(name)
        _ = storage.append(": ")
        _ = storage.append(value)
        _ = storage.append("\r\n")
        return FieldSlot(
            offset: line.offset, lineCount: name.count &+ value.count &+ 4, valueStart: name.count &+ 2,
            valueCount: value.count, nameCount: name.count, name: code)
    }
}

extension MessageStorage {
    fileprivate func append(_ literal: StaticString) -> MessagePart { append(ByteView(literal)) }
}
