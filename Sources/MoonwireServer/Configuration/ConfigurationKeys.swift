/// A key of the configuration and what it takes.
struct ConfigurationKey: Sendable {
    /// What stands behind a key.
    enum Shape: Sendable {
        /// One scalar.
        case text
        /// A list of scalars; a single scalar is a list of one.
        case list
        /// A map of scalars.
        case pairs
        /// Anything: keys below it are free.
        case tree
    }

    /// The keys from the outermost on.
    var path: [String]
    var shape: Shape

    init(_ dotted: String, _ shape: Shape = .text) {
        path = dotted.split(separator: ".").map(String.init)
        self.shape = shape
    }

    /// The path with dots, as `--set` and errors spell it.
    var dotted: String { path.joined(separator: ".") }

    /// The environment variable that overrides the key.
    var environmentName: String { ConfigurationKey.environmentPrefix + path.joined(separator: "_").uppercased() }
}

extension ConfigurationKey {
    /// What the names of all our environment variables begin with.
    static let environmentPrefix = "MOONWIRE_"
    /// The environment variable that names the configuration file.
    static let environmentFile = "MOONWIRE_CONFIG"
    /// The key whose value goes to the policy as it is.
    static let policySettings = ConfigurationKey("policy.settings", .tree)

    /// Every key there is.
    static let all: [ConfigurationKey] = [
        ConfigurationKey("listen", .list), ConfigurationKey("advertise", .pairs), ConfigurationKey("domains", .list),
        ConfigurationKey("policy.file"), policySettings,
        ConfigurationKey("users_file"), ConfigurationKey("keys_file"),
        ConfigurationKey("threads"), ConfigurationKey("shards"),
        ConfigurationKey("trusted_peers", .list), ConfigurationKey("allow_preloaded_routes"),
        ConfigurationKey("registrar.min_expires"), ConfigurationKey("registrar.max_expires"),
        ConfigurationKey("registrar.default_expires"), ConfigurationKey("registrar.max_contacts"),
        ConfigurationKey("limits.message_bytes"), ConfigurationKey("limits.header_bytes"),
        ConfigurationKey("limits.header_fields"), ConfigurationKey("limits.connections"),
        ConfigurationKey("limits.connections_per_source"), ConfigurationKey("limits.transactions"),
        ConfigurationKey("limits.write_buffer_bytes"), ConfigurationKey("limits.idle_timeout"),
        ConfigurationKey("limits.header_timeout"),
        ConfigurationKey("timers.t1_ms"), ConfigurationKey("timers.t2_ms"), ConfigurationKey("timers.t4_ms"),
        ConfigurationKey("timers.timer_c"), ConfigurationKey("timers.max_ring"),
        ConfigurationKey("auth.nonce_lifetime"), ConfigurationKey("auth.algorithms", .list),
        ConfigurationKey("auth.allow_no_qop"),
        ConfigurationKey("log.level"), ConfigurationKey("log.format"),
    ]

    /// The key with this path, or the tree that the path lies in.
    static func find(_ path: [String]) -> ConfigurationKey? {
        all.first { $0.path == path || ($0.shape == .tree && path.starts(with: $0.path)) }
    }

    /// Whether keys lie below this path.
    static func isSection(_ path: [String]) -> Bool {
        all.contains { $0.path.count > path.count && $0.path.starts(with: path) }
    }

    // MARK: - Unknown keys

    /// What to say about a key that there isn't: the nearest one, or those that stand in the same section.
    static func advice(forUnknown path: [String]) -> String {
        let wanted = path.joined(separator: ".")
        let nearest = all.map { ($0.dotted, distance($0.dotted, wanted)) }.min { $0.1 < $1.1 }
        if let nearest, nearest.1 <= 2 { return "unknown key `\(wanted)`; did you mean `\(nearest.0)`?" }
        if let last = path.last, let moved = all.first(where: { $0.path.last == last }) {
            return "unknown key `\(wanted)`; did you mean `\(moved.dotted)`?"
        }
        let section = Array(path.dropLast())
        let siblings = Set(
            all.filter { $0.path.starts(with: section) && $0.path.count > section.count }.map { $0.path[section.count] }
        ).sorted().joined(separator: ", ")
        return "unknown key `\(wanted)`; known here: \(siblings)"
    }

    /// How many letters must change to make one text of the other (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
