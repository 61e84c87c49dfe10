public import SIPTransaction

/// A server that listens and runs its policy.
public protocol RunningServer: Sendable {
    /// The listeners with their real ports.
    var listeners: [Listener] { get }
    /// What was loaded as the policy, in a few words: its files and handlers.
    var policySummary: String { get }
    /// Stops: takes nothing new, ends what runs as well as a short time allows, and closes everything. Called once.
    func stop()
}

/// Starts a server; returns when it listens. A policy that can't be loaded throws `ConfigurationError` with the place
/// in its file.
public typealias ServerStart = (ServerParts) throws -> any RunningServer
