/// Where the parts of one From, To, Contact, Route, … element stand (RFC 3261 §20.10, name-addr and addr-spec).
///
/// The URI is not looked into: `URILayout` reads it from `uri`. Without angle brackets all that follows the first `;`
/// belongs to the header field.
@frozen
public struct NameAddrLayout: Hashable, Sendable {
    /// The display name: the text between the quotes, its backslashes kept, or the bare words; absent without one.
    public var display: FieldRange
    /// The URI, without brackets; absent for `*`.
    public var uri: FieldRange
    /// The header field's parameters, without the first `;`; absent without any.
    public var parameters: FieldRange
    /// Whether the URI stands in angle brackets.
    public var hasBrackets: Bool
    /// Whether the element is `*`, the Contact that removes all bindings (§10.2.2).
    public var isStar: Bool

    /// Reads one element, white space around it allowed. Nil when it is malformed or longer than 65,535 bytes.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max) else { return nil }
        display = .absent
        uri = .absent
        parameters = .absent
        hasBrackets = false
        isStar = false
        let start = text.skippingWhitespace(from: 0)
        guard start < text.count else { return nil }
        switch text[start] {
        case UInt8(ascii: "<"): guard readBracketed(text, from: start) else { return nil }
        case UInt8(ascii: "\""): guard readQuotedDisplay(text, from: start) else { return nil }
        default: guard readUnquoted(text, from: start) else { return nil }
        }
    }

    private mutating func readQuotedDisplay(_ text: ByteView, from start: Int) -> Bool {
        guard let end = text.endOfQuotedString(from: start) else { return false }
        display = FieldRange(start &+ 1..<end &- 1)
        let open = text.skippingWhitespace(from: end)
        return open < text.count && text[open] == UInt8(ascii: "<") && readBracketed(text, from: open)
    }

    /// Words and `<uri>`, a bare URI, or `*`.
    private mutating func readUnquoted(_ text: ByteView, from start: Int) -> Bool {
        var index = start
        while index < text.count, text[index] != UInt8(ascii: ";") {
            switch text[index] {
            case UInt8(ascii: "<"):
                display = text.trimmedRange(start..<index)
                return readBracketed(text, from: index)
            case UInt8(ascii: ">"), UInt8(ascii: "\""): return false
            default: index &+= 1
            }
        }
        let spec = text.trimmedRange(start..<index)
        if index < text.count { parameters = FieldRange(index &+ 1..<text.count) }
        if spec.count == 1, text[start] == UInt8(ascii: "*") {
            isStar = true
            return parameters.isAbsent
        }
        uri = spec
        return !spec.isEmpty
    }

    /// `<uri>` and what follows it.
    @inline(__always)
    private mutating func readBracketed(_ text: ByteView, from open: Int) -> Bool {
        guard let close = text.firstIndex(of: UInt8(ascii: ">"), from: open) else { return false }
        hasBrackets = true
        uri = text.trimmedRange(open &+ 1..<close)
        guard !uri.isEmpty else { return false }
        let next = text.skippingWhitespace(from: close &+ 1)
        guard next < text.count else { return true }
        parameters = FieldRange(next &+ 1..<text.count)
        return text[next] == UInt8(ascii: ";")
    }
}

extension NameAddrLayout {
    /// The display name with its backslashes kept.
    @inlinable
    public func display(in text: ByteView) -> ByteView? { text[ifPresent: display] }

    /// The display name, unescaped; nil without one.
    public func displayText(in text: ByteView) -> [UInt8]? {
        display.isPresent ? unescapedQuotedPairs(text[display]) : nil
    }

    /// The URI; nil for `*`.
    @inlinable
    public func uri(in text: ByteView) -> ByteView? { text[ifPresent: uri] }

    /// The header field's parameters, without the first `;`.
    @inlinable
    public func parameters(in text: ByteView) -> ByteView? { text[ifPresent: parameters] }

    /// An iterator over the header field's parameters.
    @inlinable
    public func parameterIterator(in text: ByteView) -> ParameterIterator {
        ParameterIterator(text: text, part: parameters)
    }

    /// The header field's first parameter of that name.
    public func parameter(_ name: ByteView, in text: ByteView) -> ParameterSearch {
        ParameterSearch(name, in: parameterIterator(in: text))
    }

    /// The header field's first parameter of that name.
    public func parameter(_ name: StaticString, in text: ByteView) -> ParameterSearch {
        parameter(ByteView(name), in: text)
    }

    /// Whether the header field has that parameter, with a value or without.
    public func hasParameter(_ name: StaticString, in text: ByteView) -> Bool {
        parameter(ByteView(name), in: text).isPresent
    }

    /// The value of that parameter, quotes kept; nil when it is absent or a flag.
    public func parameterValue(_ name: StaticString, in text: ByteView) -> ByteView? {
        parameter(ByteView(name), in: text).value
    }

    /// The tag of a From or To (§19.3); nil when there is none or it is empty.
    public func tag(in text: ByteView) -> ByteView? {
        guard let value = parameterValue("tag", in: text), !value.isEmpty else { return nil }
        return value
    }
}
