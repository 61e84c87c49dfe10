internal import SIPSyntax

/// Why the transports could not start.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong; new codes may come.
    public struct Code: Hashable, Sendable {
        private let name: String
        init(_ name: String) { self.name = name }

        /// A listener's address could not be bound.
        public static let bind = Code("bind")
        /// The machine refused a thread, a descriptor or memory.
        public static let resources = Code("resources")
        /// The transport is not supported.
        public static let unsupported = Code("unsupported")
    }

    public let code: Code
    /// For the operator: `udp:127.0.0.1:5060: address already in use`.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// A failure that belongs to one listener.
    init(_ code: Code, _ transport: TransportProtocol, _ address: TransportAddress, _ reason: String) {
        self.init(code, "\(transport.uriName):\(address): \(reason)")
    }
}
