/// The parameters of a Contact that a registrar looks at (RFC 3261 §10.2, RFC 5626, RFC 3840), found in one pass.
///
/// Ranges are relative to the text that the Contact's layout was read from. Of repeated parameters the first counts.
@frozen
public struct ContactParameters: Hashable, Sendable {
    /// The preference; nil when it is absent or malformed.
    public var q: QValue?
    /// The seconds asked for; nil when they are absent or malformed.
    public var expires: UInt32?
    /// Where `expires` stands, malformed or not.
    public var expiresRange: FieldRange
    /// The value of `+sip.instance`, quotes kept (RFC 5626 §4.1).
    public var instance: FieldRange
    /// The `reg-id`, at least 1; nil when it is absent or malformed (RFC 5626 §4.2).
    public var regID: UInt32?
    /// The value of `methods`, quotes kept (RFC 3840 §9).
    public var methods: FieldRange

    /// The parameters of the Contact that `layout` describes.
    public init(_ layout: NameAddrLayout, in text: ByteView) {
        expiresRange = .absent
        instance = .absent
        methods = .absent
        var iterator = layout.parameterIterator(in: text)
        while let parameter = iterator.next() {
            guard parameter.value.isPresent else { continue }
            note(text[parameter.name], parameter.value, text[parameter.value])
        }
    }

    private mutating func note(_ name: ByteView, _ range: FieldRange, _ value: ByteView) {
        switch name.count {
        case 1 where q == nil && name.equalsIgnoringCase("q"): q = QValue(value)
        case 6 where regID == nil && name.equalsIgnoringCase("reg-id"):
            regID = value.decimal(limit: UInt64(UInt32.max)).flatMap { $0 > 0 ? UInt32($0) : nil }
        case 7 where expiresRange.isAbsent && name.equalsIgnoringCase("expires"):
            expiresRange = range
            // Some put the number in quotes.
            expires = DeltaSeconds.parse(value.withoutQuotes)
        case 7 where methods.isAbsent && name.equalsIgnoringCase("methods"): methods = range
        case 13 where instance.isAbsent && name.equalsIgnoringCase("+sip.instance"): instance = range
        default: break
        }
    }

    /// The instance without its quotes: `<urn:uuid:…>`.
    @inlinable
    public func instance(in text: ByteView) -> ByteView? { text[ifPresent: instance]?.withoutQuotes }

    /// The methods without their quotes: `INVITE,BYE,…`.
    @inlinable
    public func methods(in text: ByteView) -> ByteView? { text[ifPresent: methods]?.withoutQuotes }
}
