/// The value of a Retry-After header field: `120 (in a meeting);duration=60` (RFC 3261 §20.33).
@frozen
public struct RetryAfter: Hashable, Sendable {
    /// After how many seconds to try again; above 2³² − 1 it counts as that.
    public var seconds: UInt32
    /// For how many seconds the called party will be reachable then; nil when it is not said.
    public var duration: UInt32?

    /// Reads the value; comments are passed over. Nil when it does not begin with a number.
    public init?(_ text: ByteView) {
        let start = text.skippingWhitespace(from: 0)
        var end = start
        while end < text.count, ASCII.isDigit(text[end]) { end += 1 }
        guard let seconds = DeltaSeconds.parse(text[start..<end]),
            let parameters = RetryAfter.skippingComments(text, from: end)
        else { return nil }
        self.seconds = seconds
        var iterator = ParameterIterator(text: text.suffix(from: parameters))
        while duration == nil, let parameter = iterator.next() {
            guard parameter.value.isPresent, iterator.text[parameter.name].equalsIgnoringCase("duration") else {
                continue
            }
            duration = DeltaSeconds.parse(iterator.text[parameter.value])
        }
    }

    /// The position of the first `;`, or of the end, after white space and nested comments; nil for anything else.
    private static func skippingComments(_ text: ByteView, from start: Int) -> Int? {
        var index = start
        var depth = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"):
                guard depth > 0 else { return nil }
                depth -= 1
            case UInt8(ascii: "\\") where depth > 0: index += 1
            case UInt8(ascii: ";") where depth == 0: return index
            default: guard depth > 0 || ASCII.isWhitespace(byte) else { return nil }
            }
            index += 1
        }
        return depth == 0 ? text.count : nil
    }
}
