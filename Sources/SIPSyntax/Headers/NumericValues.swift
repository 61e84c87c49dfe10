/// Seconds from now, as in Expires, Min-Expires and the `expires` parameter (RFC 3261 §20.19, delta-seconds).
public enum DeltaSeconds {
    /// The seconds; nil when the text is anything but digits with white space around. A number above 2³² − 1, the
    /// largest that §20.19 allows, counts as 2³² − 1, so that a peer that means "for ever" gets the longest there is.
    public static func parse(_ text: ByteView) -> UInt32? {
        let digits = text.trimmed
        guard let value = digits.decimal() else { return isNumber(digits) ? .max : nil }
        return UInt32(clamping: value)
    }

    private static func isNumber(_ text: ByteView) -> Bool {
        for index in 0..<text.count where !ASCII.isDigit(text[index]) { return false }
        return !text.isEmpty
    }
}

/// The number of hops that are left to a request (RFC 3261 §20.22).
public enum MaxForwards {
    /// The number, 0 to 255; nil when the text is malformed or the number too large.
    public static func parse(_ text: ByteView) -> UInt8? { text.trimmed.decimal(limit: 255).map { UInt8($0) } }
}

/// The size of a body in bytes (RFC 3261 §20.14).
public enum ContentLength {
    /// The size; nil when the text is malformed or the number above 2³² − 1, which no message is.
    public static func parse(_ text: ByteView) -> Int? {
        text.trimmed.decimal(limit: UInt64(UInt32.max)).map { Int($0) }
    }
}
