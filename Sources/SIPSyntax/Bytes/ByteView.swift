/// A view of bytes that belong to somebody else: every read is checked against its bounds.
///
/// All parsing reads through this type, so it is one of the two places in SIPSyntax that touch unsafe memory
/// (the other is `MessageStorage`). A view is only valid while its owner is: it is passed down, never stored.
@frozen
public struct ByteView {
    @usableFromInline let base: UnsafePointer<UInt8>
    /// The number of bytes.
    public let count: Int

    @inlinable
    public init(_ base: UnsafePointer<UInt8>, count: Int) {
        precondition(count >= 0, "a view has no negative length")
        self.base = base
        self.count = count
    }

    /// A view of a buffer; an empty buffer without memory gives an empty view.
    @inlinable
    public init(_ buffer: UnsafeRawBufferPointer) {
        if let start = buffer.baseAddress {
            self.init(start.assumingMemoryBound(to: UInt8.self), count: buffer.count)
        } else {
            self = .empty
        }
    }

    /// The bytes of a literal, which live as long as the process.
    @inlinable
    public init(_ literal: StaticString) {
        self.init(literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// A view without bytes.
    @inlinable
    public static var empty: ByteView { ByteView("") }

    @inlinable
    public var isEmpty: Bool { count == 0 }

    @inlinable
    public subscript(index: Int) -> UInt8 {
        precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "read outside of the view")
        return base[index]
    }

    @inlinable
    public subscript(range: Range<Int>) -> ByteView {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "slice outside of the view")
        return ByteView(base + range.lowerBound, count: range.count)
    }

    @inlinable
    public subscript(range: FieldRange) -> ByteView { self[range.lower..<range.upper] }

    @inlinable
    public func suffix(from start: Int) -> ByteView { self[start..<count] }

    @inlinable
    public func prefix(_ length: Int) -> ByteView { self[0..<length] }

    /// The bytes for a C function; valid as long as the owner.
    @inlinable
    public var rawBuffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Eight bytes at `index`, little-endian, as one word.
    @inlinable
    public func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index &+ 8 <= count, "read outside of the view")
        return UInt64(littleEndian: UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self))
    }
}

extension ByteView {
    /// The position of the first `byte` at or after `start`.
    @inlinable
    public func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
        precondition(start >= 0 && start <= count, "search outside of the view")
        var index = start
        let pattern = SIMD16<UInt8>(repeating: byte)
        while index &+ 16 <= count {
            let lanes = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD16<UInt8>.self) .== pattern
            // An equal byte is a lane of ones: the lowest bit set in two words names the first.
            let words = unsafeBitCast(lanes, to: SIMD2<UInt64>.self)
            if words[0] != 0 { return index &+ words[0].trailingZeroBitCount / 8 }
            if words[1] != 0 { return index &+ 8 &+ words[1].trailingZeroBitCount / 8 }
            index &+= 16
        }
        while index < count {
            if base[index] == byte { return index }
            index &+= 1
        }
        return nil
    }

    @inlinable
    public func contains(_ byte: UInt8) -> Bool { firstIndex(of: byte) != nil }

    @inlinable
    public func equals(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where base[index] != other.base[index] { return false }
        return true
    }

    @inlinable
    public func equals(_ literal: StaticString) -> Bool { equals(ByteView(literal)) }

    /// Equality where ASCII letters of either case are the same.
    @inlinable
    public func equalsIgnoringCase(_ other: ByteView) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where ASCII.lowercased(base[index]) != ASCII.lowercased(other.base[index]) {
            return false
        }
        return true
    }

    @inlinable
    public func equalsIgnoringCase(_ literal: StaticString) -> Bool { equalsIgnoringCase(ByteView(literal)) }

    @inlinable
    public func hasPrefix(_ literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && prefix(literal.utf8CodeUnitCount).equals(literal)
    }

    /// The view without white space (SP, HTAB, CR, LF) at both ends; folded lines count as white space.
    @inlinable
    public var trimmed: ByteView {
        var lower = 0
        var upper = count
        while lower < upper, ASCII.isWhitespace(base[lower]) { lower &+= 1 }
        while lower < upper, ASCII.isWhitespace(base[upper &- 1]) { upper &-= 1 }
        return self[lower..<upper]
    }

    /// The value of a run of decimal digits; nil when empty, when another byte occurs, or above `limit`.
    @inlinable
    public func decimal(limit: UInt64 = .max) -> UInt64? {
        guard count > 0 else { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            let digit = base[index] &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry, sum <= limit else { return nil }
            value = sum
        }
        return value
    }

    /// A copy as an array.
    public var array: [UInt8] { Array(rawBuffer) }

    /// A copy as text; bytes that are not UTF-8 are replaced.
    public var string: String { String(decoding: rawBuffer, as: UTF8.self) }
}

extension Array where Element == UInt8 {
    /// Runs `body` with a view of the array's bytes.
    @inlinable
    public func withByteView<R, E: Error>(_ body: (ByteView) throws(E) -> R) throws(E) -> R {
        let outcome: Result<R, E> = withUnsafeBytes { buffer in
            do throws(E) { return .success(try body(ByteView(buffer))) } catch { return .failure(error) }
        }
        return try outcome.get()
    }
}

extension String {
    /// Runs `body` with a view of the text's UTF-8 bytes.
    public func withByteView<R, E: Error>(_ body: (ByteView) throws(E) -> R) throws(E) -> R {
        try Array(utf8).withByteView(body)
    }
}
