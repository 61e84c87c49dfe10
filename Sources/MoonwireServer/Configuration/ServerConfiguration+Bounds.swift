import Logging
import SIPAuthentication
import SIPRegistrar
import SIPSyntax
import SIPTransaction

/// Reading of the sections that are numbers and choices.
extension ServerConfiguration {
    mutating func readBounds(_ layers: ConfigurationLayers) throws(ConfigurationError) {
        try readRegistrar(layers)
        try readLimits(layers)
        try readTimers(layers)
        try readAuthentication(layers)
        log.level = try layers.choice("log.level", Logger.Level.allCases.map { ($0.rawValue, $0) }, or: log.level)
        log.format = try layers.choice("log.format", [("text", .text), ("json", .json)], or: log.format)
    }

    private mutating func readRegistrar(_ layers: ConfigurationLayers) throws(ConfigurationError) {
        let day = 86_400
        let usual = registrar
        let least = try layers.int("registrar.min_expires", in: 0...day, or: usual.minExpires)
        let most = try layers.int("registrar.max_expires", in: 1...30 * day, or: max(usual.maxExpires, least))
        guard least <= most else {
            throw layers.failure("registrar.max_expires", "it is less than min_expires; make it larger")
        }
        let middle = try layers.int(
            "registrar.default_expires", in: 1...30 * day, or: min(max(usual.defaultExpires, least), most))
        guard middle >= least, middle <= most else {
            throw layers.failure("registrar.default_expires", "it is not between min_expires and max_expires")
        }
        let contacts = try layers.int("registrar.max_contacts", in: 1...1000, or: usual.maxContacts)
        registrar = RegistrationRules(
            minExpires: least, maxExpires: most, defaultExpires: middle, maxContacts: contacts)
    }

    private mutating func readLimits(_ layers: ConfigurationLayers) throws(ConfigurationError) {
        let usual = limits
        limits.messageBytes = try layers.int("limits.message_bytes", in: 0...16_777_216, or: usual.messageBytes)
        limits.headerBytes = try layers.int("limits.header_bytes", in: 1024...65_535, or: usual.headerBytes)
        limits.headerFields = try layers.int("limits.header_fields", in: 16...1024, or: usual.headerFields)
        limits.connections = try layers.int("limits.connections", in: 1...1_000_000, or: usual.connections)
        limits.connectionsPerSource = try layers.int(
            "limits.connections_per_source", in: 1...1_000_000, or: usual.connectionsPerSource)
        limits.transactions = try layers.int("limits.transactions", in: 100...100_000_000, or: usual.transactions)
        limits.writeBufferBytes = try layers.int(
            "limits.write_buffer_bytes", in: 65_536...1_073_741_824, or: usual.writeBufferBytes)
        limits.idleTimeout = try layers.seconds("limits.idle_timeout", in: 1...604_800, or: usual.idleTimeout)
        limits.headerTimeout = try layers.seconds("limits.header_timeout", in: 0.1...600, or: usual.headerTimeout)
    }

    private mutating func readTimers(_ layers: ConfigurationLayers) throws(ConfigurationError) {
        let t1 = try layers.milliseconds("timers.t1_ms", in: 10...10_000, or: 500)
        let t2 = try layers.milliseconds("timers.t2_ms", in: 10...60_000, or: max(4000, Int(t1.inSeconds * 1000)))
        let t4 = try layers.milliseconds("timers.t4_ms", in: 10...60_000, or: 5000)
        guard t2 >= t1 else { throw layers.failure("timers.t2_ms", "it is less than t1_ms; make it larger") }
        timers.base = TimerConfiguration(t1: t1, t2: t2, t4: t4)
        // §16.6 step 11: Timer C must be larger than three minutes.
        timers.timerC = try layers.seconds("timers.timer_c", in: 181...86_400, or: timers.timerC)
        timers.maximumRinging = try layers.seconds("timers.max_ring", in: 1...86_400, or: timers.maximumRinging)
    }

    private mutating func readAuthentication(_ layers: ConfigurationLayers) throws(ConfigurationError) {
        authentication.nonceLifetime = try layers.seconds(
            "auth.nonce_lifetime", in: 10...86_400, or: authentication.nonceLifetime)
        authentication.allowsMissingProtection = try layers.bool(
            "auth.allow_no_qop", or: authentication.allowsMissingProtection)
        let key = ConfigurationKey("auth.algorithms")
        guard let items = layers.list(key) else { return }
        let names = DigestAlgorithm.strongestFirst.map { "\($0.name)" }.joined(separator: ", ")
        guard !items.isEmpty else {
            throw ConfigurationError(layers.place(of: key), "auth.algorithms: there is none; choose of \(names)")
        }
        authentication.algorithms = []
        for item in items {
            guard let algorithm = item.text.withByteView({ DigestAlgorithm($0) }) else {
                throw layers.failure("auth.algorithms", item, "`\(item.text)` is none of \(names)")
            }
            authentication.algorithms.insert(DigestAlgorithmSet(algorithm))
        }
    }
}
