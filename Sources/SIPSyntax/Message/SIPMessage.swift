/// A request or a response: the bytes as received, an index of their header fields, and the edits made since (§7).
///
/// Copies share everything until one of them is edited, which then gets an index and an arena of its own. What is not
/// edited is serialised byte for byte. Views that a message gives are valid while a message with these bytes is alive
/// and unedited; whoever uses one keeps the message.
public struct SIPMessage: @unchecked Sendable {
    // Sendable: the storage is changed only when this value is its one owner.
    @usableFromInline var storage: MessageStorage

    @inlinable
    init(storage: MessageStorage) { self.storage = storage }

    // MARK: Start line

    @inlinable
    public var isRequest: Bool { storage.header.status == 0 }

    /// The status code of a response, 0 for a request.
    @inlinable
    public var status: Int { Int(storage.header.status) }

    /// A request's method; for a response the method of its CSeq.
    @inlinable
    public var method: SIPMethod { storage.header.methodCode }

    /// The method's text.
    @inlinable
    public var methodText: ByteView { storage.view(storage.header.method) }

    /// The text of the Request-URI; empty for a response.
    @inlinable
    public var requestURI: ByteView { storage.view(storage.header.requestURI) }

    /// The reason phrase of a response.
    @inlinable
    public var reason: ByteView { storage.view(storage.header.reason) }

    /// What makes the message unacceptable although it can be answered, `.none` for nothing seen so far.
    @inlinable
    public var flaw: MessageFlaw { storage.header.flaw }

    // MARK: Header fields

    /// How many header fields there are.
    @inlinable
    public var fieldCount: Int { Int(storage.header.slotCount) }

    @inlinable
    public func fieldName(at index: Int) -> HeaderName { slot(index).name }

    /// The name as it is spelt in the message.
    @inlinable
    public func fieldNameText(at index: Int) -> ByteView { storage.view(slot(index).nameText) }

    /// A field's value without the white space around it; folded lines stay in it.
    @inlinable
    public func fieldValue(at index: Int) -> ByteView { storage.view(slot(index).value) }

    /// Whether there is a field of this name.
    @inlinable
    public func has(_ name: HeaderName) -> Bool {
        let mask = name.mask
        return mask != 0 ? storage.header.present & mask != 0 : firstIndex(of: name) != nil
    }

    /// The first field of a known name, at or after `start`.
    @inlinable
    public func firstIndex(of name: HeaderName, from start: Int = 0) -> Int? {
        let mask = name.mask
        if mask != 0, storage.header.present & mask == 0 { return nil }
        let slots = storage.slots
        var index = start
        let count = fieldCount
        while index < count {
            if slots[index].name == name { return index }
            index &+= 1
        }
        return nil
    }

    /// The first field with this name, known or not, in any case, at or after `start`.
    public func firstIndex(named name: ByteView, from start: Int = 0) -> Int? {
        let known = HeaderName(name)
        if known != .other { return firstIndex(of: known, from: start) }
        for index in start..<max(start, fieldCount)
        where slot(index).name == .other && fieldNameText(at: index).equalsIgnoringCase(name) {
            return index
        }
        return nil
    }

    /// The value of the first field of a known name.
    @inlinable
    public func value(of name: HeaderName) -> ByteView? {
        guard let index = firstIndex(of: name) else { return nil }
        return fieldValue(at: index)
    }

    /// The body's bytes.
    @inlinable
    public var body: ByteView { storage.view(storage.header.body) }

    @inlinable
    func slot(_ index: Int) -> FieldSlot {
        precondition(index >= 0 && index < fieldCount, "no such header field")
        return storage.slots[index]
    }

    /// Whether two values are the same message in memory, edits included.
    @inlinable
    public func isIdentical(to other: SIPMessage) -> Bool { storage === other.storage }
}
