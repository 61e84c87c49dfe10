/// Where a part of a text stands, relative to the text's start; four bytes, so that layouts stay small.
///
/// A part that does not occur is `.absent`, which differs from a part that occurs and is empty.
@frozen
public struct FieldRange: Hashable, Sendable {
    public var start: UInt16
    public var count: UInt16

    @inlinable
    public init(start: UInt16, count: UInt16) {
        self.start = start
        self.count = count
    }

    /// A range of positions below 65,535, the longest text that a layout describes.
    @inlinable
    public init(_ range: Range<Int>) {
        self.init(start: UInt16(range.lowerBound), count: UInt16(range.count))
    }

    /// The part does not occur.
    @inlinable
    public static var absent: FieldRange { FieldRange(start: .max, count: 0) }

    @inlinable
    public var isAbsent: Bool { start == .max }

    @inlinable
    public var isPresent: Bool { start != .max }

    @inlinable
    public var lower: Int { Int(start) }

    @inlinable
    public var upper: Int { Int(start) &+ Int(count) }

    @inlinable
    public var isEmpty: Bool { count == 0 }
}
