/// Why a handler, or the load of a policy, failed.
public struct LuaFailure: Error, Sendable, CustomStringConvertible {
    /// What ended it.
    public enum Kind: Sendable, Hashable {
        /// It raised, or does not compile.
        case error
        case instructions
        case cpu
        case memory
        case deadline
    }

    public let kind: Kind
    /// What went wrong, with `file:line: ` before it when the place is known.
    public let message: String
    /// The calls that led there, innermost first; empty when a library function swallowed them.
    public let traceback: String

    public init(kind: Kind, message: String, traceback: String = "") {
        self.kind = kind
        self.message = message
        self.traceback = traceback
    }

    public var description: String { traceback.isEmpty ? message : message + "\n" + traceback }
}
