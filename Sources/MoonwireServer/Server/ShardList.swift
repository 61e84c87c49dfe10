import Glibc
import SIPAuthentication
public import SIPCore
import SIPPolicy
import SIPRegistrar
import SIPTransaction
public import SIPTransport

extension Shard: ShardWork {}

/// The shards of a server, each with its runner of the policy.
///
/// Runners are touched by their shard's thread of control alone; the closures here are posted to the shard.
struct ShardList: @unchecked Sendable {
    // Sendable: after `run`, nothing of a shard is used but by events that are posted to it.
    let all: [Shard]
    private let runners: [PolicyRunner]

    init(
        _ parts: ServerParts, listeners: [Listener], generation: PolicyGeneration, resolver: SystemResolver,
        locations: LocationTable
    ) throws {
        var core = parts.coreConfiguration(identity: parts.configuration.identity(bound: listeners))
        core.isStateless = generation.isStateless
        let verifier = ShardList.verifier(parts.configuration)
        let now = MonotonicClock.now()
        var shards: [Shard] = []
        var runners: [PolicyRunner] = []
        for index in 0..<parts.configuration.shards {
            let shard = Shard(
                index: UInt16(index), configuration: core, resolver: resolver, locations: locations,
                authentication: verifier, now: now, wallClock: { Int64(time(nil)) })
            let runner = try generation.makeRunner(shard: shard, isFirst: index == 0)
            shard.user = runner
            shards.append(shard)
            runners.append(runner)
        }
        all = shards
        self.runners = runners
    }

    /// Checks digests for all shards, which share the counts of nonces.
    private static func verifier(_ configuration: ServerConfiguration) -> DigestVerifier {
        let lifetime = configuration.authentication.nonceLifetime
        return DigestVerifier(
            counter: NonceCounter(lifetime: lifetime), nonceLifetime: lifetime,
            algorithms: configuration.authentication.algorithms,
            allowsMissingProtection: configuration.authentication.allowsMissingProtection)
    }

    /// What each shard does first.
    var beginnings: [@Sendable () -> Void] {
        runners.indices.map { index in { runners[index].begin() } }
    }

    /// What the first shard does last.
    var stopping: @Sendable () -> Void {
        { runners[0].shutdown() }
    }

    /// Takes a change of the location service, in the first shard.
    var locationChanged: @Sendable (LocationEvent) -> Void {
        { runners[0].locationChanged($0) }
    }
}
