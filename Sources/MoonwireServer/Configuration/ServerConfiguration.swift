public import Logging
public import SIPAuthentication
public import SIPProxy
public import SIPRegistrar
public import SIPTransaction

/// What the process is: where it listens, whose domains it serves, its files and its bounds. What happens to calls is
/// the policy's business.
///
/// `load` reads it from a file, environment variables and flags; see `Config/moonwire.yaml` for every key.
public struct ServerConfiguration: Sendable {
    /// The file that was read; nil when there was none.
    public var file: String?
    /// Where to listen.
    public var listen: [ListenAddress] = []
    /// The domains whose addresses-of-record live here, in small letters; the first is the usual realm.
    public var domains: [String] = ["localhost"]
    public var policy = Policy()
    /// The digest users.
    public var usersFile = "var/users"
    /// The keys of tokens.
    public var keysFile = "var/keys"
    /// Threads for datagrams, and event loops for connections; never 0.
    public var threads = 1
    /// Never 0.
    public var shards = 2
    /// Sources that may send calls without authentication.
    public var trustedPeers: [ServerIdentity.Network] = []
    /// The bounds of registrations (RFC 3261 §10.3).
    public var registrar = RegistrationRules()
    public var limits = Limits()
    public var timers = Timers()
    /// Whether Route values of strangers in out-of-dialog requests are followed.
    public var allowsPreloadedRoutes = false
    public var authentication = Authentication()
    public var log = Log()
    /// What is odd about the sources but no error; to be logged.
    public var warnings: [String] = []

    /// A server that listens nowhere; the rest as built in.
    public init() {}
}

extension ServerConfiguration {
    /// The policy to run.
    public struct Policy: Sendable, Hashable {
        /// The Lua file, relative to the current folder.
        public var file = "policy.lua"
        /// What the policy sees as `sip.config`; always a map.
        public var settings = ConfigurationValue.map([:])
    }

    /// How much of everything is put up with.
    public struct Limits: Sendable, Hashable {
        /// A message's body, in bytes.
        public var messageBytes = 65_535
        /// A message's start line and header fields together, in bytes.
        public var headerBytes = 32_768
        /// A message's header fields.
        public var headerFields = 256
        /// Connections open at once.
        public var connections = 20_000
        /// Connections open at once from one address.
        public var connectionsPerSource = 1_000
        /// Server transactions of all shards together.
        public var transactions = 1_000_000
        /// Bytes that may wait to be written to one connection.
        public var writeBufferBytes = 1_048_576
        /// A connection without traffic for so long is closed. Longer than the longest registration, which a closed
        /// connection ends.
        public var idleTimeout = SIPDuration.seconds(Int64(7500))
        /// A message on a connection must be complete this long after its first byte.
        public var headerTimeout = SIPDuration.seconds(Int64(10))
    }

    /// The values of the protocol's timers (RFC 3261 table 4).
    public struct Timers: Sendable, Hashable {
        /// T1, T2 and T4.
        public var base = TimerConfiguration()
        /// Timer C: how long a branch may be silent after its last provisional response (§16.6 step 11).
        public var timerC = SIPDuration.seconds(Int64(181))
        /// The longest that a branch may ring in all.
        public var maximumRinging = SIPDuration.seconds(Int64(600))
    }

    /// How users prove who they are.
    public struct Authentication: Sendable, Hashable {
        /// How long a nonce can be used.
        public var nonceLifetime = SIPDuration.seconds(Int64(300))
        /// What is offered, the strongest first.
        public var algorithms = DigestAlgorithmSet.standard
        /// Whether clients without `qop` (RFC 2069) are let in.
        public var allowsMissingProtection = true
    }

    /// What is logged, and how.
    public struct Log: Sendable, Hashable {
        /// Messages below it are not made.
        public var level = Logger.Level.info
        public var format = Format.text

        /// How a message is written.
        public enum Format: Sendable, Hashable {
            /// A line for people.
            case text
            /// A line with one JSON object.
            case json
        }
    }
}
