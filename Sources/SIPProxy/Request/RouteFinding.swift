public import SIPTokens

/// What route preprocessing found (§16.4).
public struct RouteFinding: Sendable {
    /// The verified token of the Route value that named this server; nil without one.
    public var token: DialogToken.Verified?
    /// The listener that the last of our Route values names: where the request leaves (double Record-Route).
    public var outgoingListener: UInt16?
    /// The plain-text parameters that the policy had put into its Record-Route, as `key=value;…`.
    public var parameters: [UInt8] = []
    /// How many Route values named this server and were removed.
    public var ownValues = 0
    /// Whether Route values of others are left.
    public var hasRemaining = false

    public init() {}
}
