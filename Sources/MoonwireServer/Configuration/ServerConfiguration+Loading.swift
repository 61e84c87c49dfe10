import Glibc
import Logging
import SIPAuthentication
import SIPProxy
import SIPSyntax
import SIPTransaction

extension ServerConfiguration {
    /// Reads the configuration.
    ///
    /// `checksFiles` is false for tools that don't run the policy and need no policy file.
    public static func load(
        _ sources: ConfigurationSources, checksFiles: Bool = true
    ) throws(ConfigurationError) -> ServerConfiguration {
        var configuration = ServerConfiguration()
        let named = sources.file ?? sources.environment[ConfigurationKey.environmentFile]
        var root = ConfigurationNode(content: .map([]), line: 1)
        if let file = named ?? (TextFile.exists(ConfigurationSources.usualFile) ? ConfigurationSources.usualFile : nil)
        {
            configuration.file = file
            root = try ConfigurationNode(yaml: try TextFile.read(file), file: file)
        }
        let layers = try ConfigurationLayers(root: root, file: configuration.file, sources: sources)
        configuration.warnings = layers.warnings
        try configuration.readServer(layers, checksFiles: checksFiles)
        try configuration.readBounds(layers)
        return configuration
    }

    private mutating func readServer(
        _ layers: ConfigurationLayers, checksFiles: Bool
    ) throws(ConfigurationError) {
        listen = try ListenReader(layers).read()
        domains = try ServerConfiguration.domains(layers)
        policy.settings = layers.settings
        policy.file = try ServerConfiguration.policyFile(layers, mustExist: checksFiles)
        usersFile = layers.text(ConfigurationKey("users_file"))?.text ?? usersFile
        keysFile = layers.text(ConfigurationKey("keys_file"))?.text ?? keysFile
        threads = try layers.int("threads", in: 0...1024, or: 0)
        if threads == 0 { threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
        shards = try layers.int("shards", in: 0...1024, or: 0)
        if shards == 0 { shards = min(2 * threads, 1024) }
        trustedPeers = try ServerConfiguration.trustedPeers(layers)
        allowsPreloadedRoutes = try layers.bool("allow_preloaded_routes", or: allowsPreloadedRoutes)
    }

    private static func domains(_ layers: ConfigurationLayers) throws(ConfigurationError) -> [String] {
        let key = ConfigurationKey("domains")
        guard let items = layers.list(key) else { return ["localhost"] }
        guard !items.isEmpty else {
            throw ConfigurationError(
                layers.place(of: key), "domains: there is none; name at least one, such as localhost")
        }
        var domains: [String] = []
        for item in items {
            guard DomainName.isValid(item.text) else {
                throw layers.failure("domains", item, "`\(item.text)` is no domain name; write it like example.com")
            }
            let name = item.text.lowercased()
            if !domains.contains(name) { domains.append(name) }
        }
        return domains
    }

    private static func policyFile(
        _ layers: ConfigurationLayers, mustExist: Bool
    ) throws(ConfigurationError) -> String {
        let setting = layers.text(ConfigurationKey("policy.file"))
        let isBesideFile = setting?.isFromFile ?? true
        var path = setting?.text ?? "policy.lua"
        if isBesideFile, let file = layers.file { path = TextFile.path(path, beside: file) }
        guard mustExist, let problem = TextFile.problem(path) else { return path }
        let place = setting?.place ?? layers.file.map { .file($0) } ?? .builtIn
        throw ConfigurationError(
            place, "policy.file: \(path): \(problem); write the policy there, or name another with policy.file")
    }

    private static func trustedPeers(
        _ layers: ConfigurationLayers
    ) throws(ConfigurationError) -> [ServerIdentity.Network] {
        var peers: [ServerIdentity.Network] = []
        for item in layers.list(ConfigurationKey("trusted_peers")) ?? [] {
            guard let network = item.text.withByteView({ ServerIdentity.Network($0) }) else {
                throw layers.failure(
                    "trusted_peers", item, "`\(item.text)` is no address; write it like 10.0.0.5 or 192.0.2.0/24")
            }
            peers.append(network)
        }
        return peers
    }
}
