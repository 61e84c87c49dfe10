/// One value of a Reason header field: `SIP;cause=200;text="Call completed elsewhere"` (RFC 3326 §2).
@frozen
public struct ReasonValue: Hashable, Sendable {
    /// Where the protocol's name stands: `SIP`, `Q.850`.
    public var protocolName: FieldRange
    /// The cause; nil when it is absent or no number.
    public var cause: UInt32?
    /// The text with its quotes; absent without one.
    public var text: FieldRange

    /// Reads one element; nil when it does not begin with a token.
    public init?(_ text: ByteView) {
        guard text.count <= Int(UInt16.max) else { return nil }
        var iterator = ParameterIterator(text: text)
        guard let first = iterator.next(), first.value.isAbsent, text[first.name].isToken else { return nil }
        protocolName = first.name
        self.text = .absent
        while let parameter = iterator.next() {
            guard parameter.value.isPresent else { continue }
            let name = text[parameter.name]
            if cause == nil, name.equalsIgnoringCase("cause") {
                cause = text[parameter.value].decimal(limit: UInt64(UInt32.max)).map { UInt32($0) }
            } else if self.text.isAbsent, name.equalsIgnoringCase("text") {
                self.text = parameter.value
            }
        }
    }
}
