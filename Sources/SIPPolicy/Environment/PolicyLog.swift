/// How much a log message matters.
public enum PolicyLogLevel: UInt8, Sendable, Comparable, CaseIterable {
    case debug, info, warning, error

    public static func < (a: PolicyLogLevel, b: PolicyLogLevel) -> Bool { a.rawValue < b.rawValue }
}

/// A message of a policy, or about one.
public struct PolicyLogEntry: Sendable, Hashable {
    public var level: PolicyLogLevel
    public var text: String
    /// What stands beside the text, sorted by name.
    public var fields: [Field]
    /// The Call-ID of the request that the handler decides about; nil without one.
    public var callID: String?

    /// A named value beside a message.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(level: PolicyLogLevel, text: String, fields: [Field] = [], callID: String? = nil) {
        self.level = level
        self.text = text
        self.fields = fields
        self.callID = callID
    }
}
