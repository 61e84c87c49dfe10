/// A preference from 0 to 1, in thousandths (RFC 3261 §25.1, qvalue).
@frozen
public struct QValue: Hashable, Comparable, Sendable {
    /// 0 to 1000.
    public let thousandths: UInt16

    /// A preference in thousandths, cut to 0...1000.
    @inlinable
    public init(thousandths: Int) { self.thousandths = UInt16(max(0, min(thousandths, 1000))) }

    /// The highest preference, which a Contact without `q` has for us.
    @inlinable
    public static var one: QValue { QValue(thousandths: 1000) }

    /// Reads `0`, `0.75`, `1.000`, and `.5`, which some write; digits past the third are cut off. Nil when malformed or
    /// above 1.
    public init?(_ text: ByteView) {
        let text = text.trimmed
        let dot = text.firstIndex(of: UInt8(ascii: ".")) ?? text.count
        guard !text.isEmpty, dot < text.count - 1 || dot > 0, let whole = QValue.whole(text.prefix(dot)) else {
            return nil
        }
        var value = whole
        var unit = 100
        for index in min(dot + 1, text.count)..<text.count {
            guard ASCII.isDigit(text[index]) else { return nil }
            value += Int(text[index] - 0x30) * unit
            unit /= 10
        }
        guard value <= 1000 else { return nil }
        thousandths = UInt16(value)
    }

    /// The part in front of the dot, in thousandths; an empty one is 0.
    private static func whole(_ text: ByteView) -> Int? {
        text.isEmpty ? 0 : text.decimal(limit: 1).map { Int($0) * 1000 }
    }

    /// Whether the first is preferred less.
    @inlinable
    public static func < (lhs: QValue, rhs: QValue) -> Bool { lhs.thousandths < rhs.thousandths }
}

extension QValue: CustomStringConvertible {
    /// The shortest text: `1`, `0.5`, `0.333`.
    public var description: String { String(decoding: text, as: UTF8.self) }

    /// The shortest text as bytes.
    public var text: [UInt8] {
        var out: [UInt8] = []
        append(to: &out)
        return out
    }

    /// Appends the shortest text to `out`.
    public func append(to out: inout [UInt8]) {
        out.append(decimal: UInt64(thousandths / 1000))
        var rest = thousandths % 1000
        guard rest > 0 else { return }
        out.append(UInt8(ascii: "."))
        while rest > 0 {
            out.append(0x30 + UInt8(rest / 100))
            rest = rest % 100 * 10
        }
    }
}
