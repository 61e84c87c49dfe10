/// Divides the `;`-separated parameters of a header field or URI: `;a=b;c` or `a=b;c` (RFC 3261 §25.1, generic-param).
///
/// White space, folding included, may stand around `;` and `=`; a quoted value may hold `;`; empty parameters are
/// passed over.
@frozen
public struct ParameterIterator {
    /// The whole text, which the ranges are relative to.
    public let text: ByteView
    @usableFromInline var position: Int
    @usableFromInline let end: Int

    /// One parameter.
    @frozen
    public struct Parameter: Hashable, Sendable {
        /// The name, without white space around it.
        public var name: FieldRange
        /// The value, quotes kept; absent for a flag, empty after a bare `=`.
        public var value: FieldRange
    }

    /// The parameters in `text`; none when it is longer than 65,535 bytes.
    @inlinable
    public init(text: ByteView) {
        self.text = text
        position = 0
        end = text.count <= Int(UInt16.max) ? text.count : 0
    }

    /// The parameters in a part of `text`, with ranges relative to the whole of it; none when the part is absent.
    @inlinable
    public init(text: ByteView, part: FieldRange) {
        self.text = text
        position = part.isPresent ? part.lower : 0
        end = part.isPresent ? part.upper : 0
        precondition(end <= text.count, "part outside of the text")
    }

    /// The next parameter, or nil at the end.
    public mutating func next() -> Parameter? {
        while position < end {
            let start = position
            let equals = endOfName(from: start)
            let hasValue = equals < end && text[equals] == UInt8(ascii: "=")
            let stop = hasValue ? endOfValue(from: equals &+ 1) : equals
            position = stop &+ 1
            let name = text.trimmedRange(start..<equals)
            if name.isEmpty { continue }
            return Parameter(name: name, value: hasValue ? text.trimmedRange(equals &+ 1..<stop) : .absent)
        }
        return nil
    }

    /// The position of the first `;` or `=`, or the end.
    @inline(__always)
    private func endOfName(from start: Int) -> Int {
        var index = start
        while index < end, text[index] != UInt8(ascii: "="), text[index] != UInt8(ascii: ";") { index &+= 1 }
        return index
    }

    /// The position of the first `;` at or after `start`, or the end; what a quoted value holds is passed over.
    @inline(__always)
    private func endOfValue(from start: Int) -> Int {
        var index = start
        while index < end, ASCII.isWhitespace(text[index]) { index &+= 1 }
        if index < end, text[index] == UInt8(ascii: "\"") {
            index = min(text.endOfQuotedString(from: index) ?? end, end)
        }
        return min(text.firstIndex(of: UInt8(ascii: ";"), from: index) ?? end, end)
    }
}

extension ParameterSearch {
    /// Searches header parameters from where `parameters` stands; names are equal in either case (RFC 3261 §7.3.1).
    @usableFromInline
    init(_ name: ByteView, in parameters: ParameterIterator) {
        var parameters = parameters
        while let parameter = parameters.next() {
            if parameters.text[parameter.name].equalsIgnoringCase(name) {
                self = parameter.value.isAbsent ? .flag : .value(parameters.text[parameter.value])
                return
            }
        }
        self = .absent
    }
}
