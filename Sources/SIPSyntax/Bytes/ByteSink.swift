/// What bytes are written into: an array, or a `ByteWriter`.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
    mutating func append(_ view: ByteView)
    mutating func append(decimal value: UInt64)
}

extension ByteSink {
    mutating func append(_ literal: StaticString) { append(ByteView(literal)) }
}

extension Array: ByteSink where Element == UInt8 {}

extension ByteWriter: ByteSink {}
