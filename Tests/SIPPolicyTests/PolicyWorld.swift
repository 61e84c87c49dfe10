import SIPAuthentication
import SIPCore
import SIPPolicy
import SIPSyntax
import SIPTestKit
import SIPTransaction
import Synchronization
import Testing

/// A virtual network with one server that runs a Lua policy in each of its shards.
final class PolicyWorld {
    let network: VirtualNetwork
    let server: VirtualServer
    let runners: [PolicyRunner]
    let log: TestLog
    let environment: PolicyEnvironment

    /// `policy` is a whole file, or what `request(req)` does.
    init(
        _ policy: String, files: [String: String] = [:], users: [String: String] = [:],
        settings: [String: PolicyValue] = [:], budget: PolicyBudget = PolicyBudget(), seed: UInt64 = 1,
        _ change: (inout ServerSetup) -> Void = { _ in }
    ) throws {
        let log = TestLog()
        var environment = PolicyEnvironment()
        environment.users = TestUsers(passwords: users)
        environment.settings = .map(settings)
        environment.minimumLogLevel = .debug
        environment.budget = budget
        environment.log = { entry in log.add(entry) }
        var all = files
        all["policy.lua"] = PolicyWorld.file(policy)
        let generation = try PolicyGeneration.load(files: all, environment: environment)
        let network = VirtualNetwork(seed: seed)
        var setup = ServerSetup(ip: "10.0.0.1")
        let isStateless = generation.isStateless
        setup.configure = { $0.isStateless = isStateless }
        change(&setup)
        var runners: [PolicyRunner] = []
        var problem: PolicyError?
        let server = network.addServer(setup) { shard in
            do throws(PolicyError) {
                let runner = try generation.makeRunner(shard: shard, isFirst: shard.index == 0)
                runners.append(runner)
                return runner
            } catch {
                problem = error
                return NobodyDecides()
            }
        }
        if let problem { throw problem }
        self.network = network
        self.server = server
        self.runners = runners
        self.log = log
        self.environment = environment
        for (shard, runner) in zip(server.shards, runners) { server.perform(on: shard) { runner.begin() } }
    }

    static func file(_ policy: String) -> String {
        guard !policy.contains("return policy") else { return policy }
        return """
            local sip, registrar, auth = require "sip", require "sip.registrar", require "sip.auth"
            local json = require "sip.json"
            local policy = {}
            function policy.request(req)
            \(policy)
            end
            return policy
            """
    }

    func phone(_ name: String, _ ip: String, _ change: (inout PhoneSetup) -> Void = { _ in }) -> VirtualPhone {
        network.addPhone(name, ip: ip, server: server, change)
    }

    /// A phone that has registered, with its name as password.
    func registered(_ name: String, _ ip: String, _ behaviour: PhoneBehaviour = .answers()) -> VirtualPhone {
        let phone = phone(name, ip) { $0.password = name }
        phone.behaviour = behaviour
        phone.register()
        advance(0.5)
        return phone
    }

    func advance(_ seconds: Double) { network.advance(by: .seconds(seconds)) }

    var counters: PolicyCounters {
        runners.reduce(into: PolicyCounters()) { sum, runner in
            sum.runs += runner.counters.runs
            sum.errors += runner.counters.errors
            sum.overBudget += runner.counters.overBudget
            sum.noDecision += runner.counters.noDecision
        }
    }

    var liveRuns: Int { runners.reduce(0) { $0 + $1.liveRuns } }

    /// Lets 64·T1 pass and looks that server and policy have forgotten everything.
    func expectNothingLeft(after seconds: Double = 40, _ location: SourceLocation = #_sourceLocation) {
        advance(seconds)
        #expect(server.transactionCount == 0, "transactions are left", sourceLocation: location)
        #expect(server.timerCount == 0, "timers are left", sourceLocation: location)
        #expect(liveRuns == 0, "runs are left", sourceLocation: location)
    }

    /// What `request(req)` returns for a MESSAGE from alice, each value as text.
    static func values(
        _ body: String, uri: String = "sip:bob@example.com", fields: [(name: String, value: String)] = [],
        content: String = "", users: [String: String] = [:], settings: [String: PolicyValue] = [:],
        files: [String: String] = [:]
    ) throws -> [String] {
        let world = try PolicyWorld(
            """
            local function run() \(body) end
            local values = table.pack(run())
            for i = 1, values.n do values[i] = tostring(values[i]) end
            req:reply(200, "OK", { body = table.concat(values, "\\n"), type = "text/plain" })
            """, files: files, users: users, settings: settings)
        let alice = world.phone("alice", "10.0.0.10")
        let exchange = alice.request("MESSAGE", uri, fields: fields, body: content)
        world.advance(60)
        if exchange.status != 200 { throw PolicyError(world.log.errors.first ?? "status \(exchange.status ?? 0)") }
        return exchange.final?.body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) ?? []
    }

    /// The error that `request(req)` raises.
    static func failure(_ body: String, method: String = "MESSAGE") throws -> String? {
        let world = try PolicyWorld(body)
        world.phone("alice", "10.0.0.10").request(method, "sip:bob@example.com")
        world.advance(60)
        return world.log.errors.first
    }

    /// Why a policy does not load.
    static func loadFailure(_ files: [String: String]) -> String? {
        do throws(PolicyError) {
            _ = try PolicyGeneration.load(files: files, environment: PolicyEnvironment())
            return nil
        } catch {
            return error.message
        }
    }
}

/// What was logged.
final class TestLog: Sendable {
    private let content = Mutex<[PolicyLogEntry]>([])

    func add(_ entry: PolicyLogEntry) { content.withLock { $0.append(entry) } }

    var entries: [PolicyLogEntry] { content.withLock { $0 } }
    var errors: [String] { entries.filter { $0.level == .error }.map(\.text) }
    var texts: [String] { entries.map(\.text) }
}

/// Users by name with their passwords.
struct TestUsers: UserSource {
    var passwords: [String: String]

    func ha1(user: [UInt8], realm: [UInt8], algorithm: DigestAlgorithm) -> DigestValue? {
        let name = String(decoding: user, as: UTF8.self)
        guard let password = passwords[name] else { return nil }
        return HA1.compute(
            user: name, realm: String(decoding: realm, as: UTF8.self), password: password, algorithm: algorithm)
    }
}

/// Stands in for a runner that could not be made.
final class NobodyDecides: TransactionUser {
    func requestReceived(_ context: ResponseContext) {}
    func attemptEnded(_ context: ResponseContext, _ outcome: AttemptOutcome) {}
}
