/// Why a policy cannot be used: what a load that changes nothing reports.
public struct PolicyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `file:line: why`, as far as the place is known.
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
