import Logging
import SIPAuthentication
import SIPProxy
import SIPRegistrar
import SIPSyntax
import SIPTransaction
import Testing

@testable import MoonwireServer

@Suite("Values of the configuration")
struct ConfigurationValuesTests {
    @Test("an empty file gives the built-in values: UDP and TCP on loopback, the domain localhost")
    func builtIn() throws {
        let configuration = try ConfigurationHarness.load("")
        #expect(configuration.listen.map(\.description) == ListenReader.usual)
        #expect(configuration.domains == ["localhost"])
        #expect(configuration.usersFile == "var/users")
        #expect(configuration.keysFile == "var/keys")
        #expect(configuration.threads >= 1)
        #expect(configuration.shards == configuration.threads * 2)
        #expect(configuration.timers == ServerConfiguration.Timers())
        #expect(configuration.limits == ServerConfiguration.Limits())
        #expect(configuration.registrar == RegistrationRules())
        #expect(configuration.policy.settings == .map([:]))
        #expect(configuration.warnings == [])
    }

    private static let everything = """
        listen: ["udp:0.0.0.0:5070", "tcp:[2001:db8::1]"]
        advertise:
          "udp:0.0.0.0:5070": "sip.example.com:5060"
        domains: [Example.COM, "192.0.2.1"]
        users_file: /tmp/u
        keys_file: k
        threads: 3
        shards: 5
        trusted_peers:
          - 10.0.0.5
          - 192.0.2.0/24
          - 2001:db8::/32
        allow_preloaded_routes: yes
        registrar: {min_expires: 30, max_expires: 600, default_expires: 300, max_contacts: 2}
        limits:
          message_bytes: 1000
          header_bytes: 2000
          header_fields: 50
          connections: 7
          connections_per_source: 3
          transactions: 1000
          write_buffer_bytes: 65536
          idle_timeout: 60
          header_timeout: 2.5
        timers: {t1_ms: 100, t2_ms: 200, t4_ms: 300, timer_c: 200, max_ring: 90}
        auth: {nonce_lifetime: 60, algorithms: [sha-256], allow_no_qop: false}
        log: {level: debug, format: json}
        """

    @Test("every key of the file arrives")
    func everyKey() throws {
        let configuration = try ConfigurationHarness.load(ConfigurationValuesTests.everything)
        #expect(configuration.listen.map(\.description) == ["udp:0.0.0.0:5070", "tcp:[2001:db8::1]:5060"])
        #expect(configuration.listen[0].advertisedHost == "sip.example.com")
        #expect(configuration.listen[0].advertisedPort == 5060)
        #expect(configuration.listen[1].advertisedHost == nil)
        #expect(configuration.domains == ["example.com", "192.0.2.1"])
        #expect(configuration.usersFile == "/tmp/u")
        #expect(configuration.keysFile == "k")
        #expect((configuration.threads, configuration.shards) == (3, 5))
        #expect(configuration.trustedPeers.map(\.prefixLength) == [32, 24, 32])
        #expect(configuration.allowsPreloadedRoutes)
        #expect(
            configuration.registrar
                == RegistrationRules(minExpires: 30, maxExpires: 600, defaultExpires: 300, maxContacts: 2))
        #expect(configuration.messageLimits == MessageLimits(headerBytes: 2000, fields: 50, bodyBytes: 1000))
        #expect((configuration.limits.connections, configuration.limits.connectionsPerSource) == (7, 3))
        #expect(configuration.transactionsPerShard == 200)
        #expect(configuration.limits.writeBufferBytes == 65_536)
        #expect(configuration.limits.idleTimeout == .seconds(Int64(60)))
        #expect(configuration.limits.headerTimeout == .milliseconds(2500))
        #expect(
            configuration.timers.base
                == TimerConfiguration(t1: .milliseconds(100), t2: .milliseconds(200), t4: .milliseconds(300)))
        #expect(configuration.timers.timerC == .seconds(Int64(200)))
        #expect(configuration.timers.maximumRinging == .seconds(Int64(90)))
        #expect(configuration.authentication.nonceLifetime == .seconds(Int64(60)))
        #expect(configuration.authentication.algorithms == DigestAlgorithmSet(.sha256))
        #expect(!configuration.authentication.allowsMissingProtection)
        #expect(configuration.log.level == .debug)
        #expect(configuration.log.format == .json)
    }

    @Test("the policy's file is relative to the configuration's folder, and its settings keep their tree")
    func policy() throws {
        let harness = try ConfigurationHarness()
        let configuration = try harness.load(
            """
            policy:
              file: policy.lua
              settings:
                voicemail: sip:vm@10.0.0.5
                ring: 25
                ratio: 0.5
                record: true
                country: no
                prefix: 0301234
                nothing: ~
                quoted: "25"
                gateways:
                  - {uri: "sip:gw1", weight: 70}
                  - +4930
            """)
        #expect(configuration.policy.file == harness.folder.path("policy.lua"))
        #expect(
            configuration.policy.settings
                == .map([
                    "voicemail": .string("sip:vm@10.0.0.5"), "ring": .int(25), "ratio": .double(0.5),
                    "record": .bool(true), "country": .string("no"), "prefix": .string("0301234"), "nothing": .null,
                    "quoted": .string("25"),
                    "gateways": .list([
                        .map(["uri": .string("sip:gw1"), "weight": .int(70)]), .string("+4930"),
                    ]),
                ]))
    }

    @Test(
        "an unquoted setting is a number only if it looks like nothing else",
        arguments: [
            ("5", ConfigurationValue.int(5)), ("-5", .int(-5)), ("0", .int(0)), ("00", .string("00")),
            ("0x1F", .int(31)), ("1e3", .double(1000)), ("0.5", .double(0.5)), ("1.2.3.4", .string("1.2.3.4")),
            ("--5", .string("--5")), ("12345678901234567890123", .string("12345678901234567890123")),
            ("inf", .string("inf")), ("1e999", .string("1e999")), ("False", .bool(false)), ("", .null),
            ("on", .string("on")), ("12:30", .string("12:30")), ("-", .string("-")),
        ])
    func scalars(_ text: String, _ value: ConfigurationValue) {
        #expect(ConfigurationValue(plainScalar: text) == value)
    }

    @Test("a flag counts more than an environment variable, and that more than the file")
    func overriding() throws {
        let yaml = "log: {level: error}\nthreads: 2\nshards: 9\n"
        let environment = ["MOONWIRE_LOG_LEVEL": "notice", "MOONWIRE_THREADS": "4", "HOME": "/"]
        let configuration = try ConfigurationHarness.load(yaml, environment: environment, set: ["log.level=trace"])
        #expect(configuration.log.level == .trace)
        #expect(configuration.threads == 4)
        #expect(configuration.shards == 9)
    }

    @Test("lists and maps can be overridden, with commas between the items")
    func overridingLists() throws {
        let configuration = try ConfigurationHarness.load(
            "domains: [a.example]\ntrusted_peers: [10.0.0.1]\n",
            environment: [
                "MOONWIRE_LISTEN": "udp:127.0.0.1:5070, tcp:[::1]:5070", "MOONWIRE_TRUSTED_PEERS": "",
                "MOONWIRE_ADVERTISE": "udp:127.0.0.1:5070=sip.example.com",
            ], set: ["domains=b.example,c.example"])
        #expect(configuration.listen.map(\.description) == ["udp:127.0.0.1:5070", "tcp:[::1]:5070"])
        #expect(configuration.listen[0].advertisedHost == "sip.example.com")
        #expect(configuration.listen[0].advertisedPort == nil)
        #expect(configuration.domains == ["b.example", "c.example"])
        #expect(configuration.trustedPeers == [])
    }

    @Test("settings of the policy can be overridden one by one, and new ones added")
    func overridingSettings() throws {
        let configuration = try ConfigurationHarness.load(
            "policy: {settings: {voicemail: a, trunk-a: {maxCalls: 5, name: t}}}",
            environment: ["MOONWIRE_POLICY_SETTINGS_TRUNK_A_MAXCALLS": "7", "MOONWIRE_POLICY_SETTINGS_NEW": "x"],
            set: ["policy.settings.voicemail=b", "policy.settings.deep.er=true"])
        #expect(
            configuration.policy.settings
                == .map([
                    "voicemail": .string("b"), "trunk-a": .map(["maxCalls": .int(7), "name": .string("t")]),
                    "new": .string("x"), "deep": .map(["er": .bool(true)]),
                ]))
    }

    @Test("an unknown variable with our prefix is a warning: others set such names too")
    func unknownVariable() throws {
        let configuration = try ConfigurationHarness.load("", environment: ["MOONWIRE_SERVICE_HOST": "10.0.0.1"])
        #expect(configuration.warnings == ["environment variable MOONWIRE_SERVICE_HOST: no such key; ignored"])
    }

    @Test("MOONWIRE_CONFIG names the file")
    func fileFromEnvironment() throws {
        let harness = try ConfigurationHarness()
        let file = try harness.folder.write("threads: 7", to: "other.yaml")
        let configuration = try ServerConfiguration.load(ConfigurationSources(environment: ["MOONWIRE_CONFIG": file]))
        #expect(configuration.file == file)
        #expect(configuration.threads == 7)
    }

    @Test("Config/moonwire.yaml of this repository says what is built in")
    func sample() throws {
        let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
        let sample = "/\(root)/Config/moonwire.yaml"
        let configuration = try ServerConfiguration.load(ConfigurationSources(file: sample), checksFiles: false)
        let builtIn = try ConfigurationHarness.load("")
        #expect(configuration.listen == builtIn.listen)
        #expect(configuration.domains == builtIn.domains)
        #expect(configuration.policy.file == "/\(root)/Config/policy.lua")

        // The values in the comments are the built-in ones, and the keys are real.
        guard let bytes = FileBytes.read(sample) else { throw FolderError(number: 0) }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let start = lines.firstIndex { $0.hasPrefix("# registrar:") } ?? 0
        let uncommented = lines[start...].map { line in
            line.hasPrefix("# ") && line.contains(":") && !line.contains("(RFC") ? line.dropFirst(2) : ""
        }
        let spelt = try ConfigurationHarness.load(uncommented.joined(separator: "\n"))
        #expect(spelt.registrar == builtIn.registrar)
        #expect(spelt.limits == builtIn.limits)
        #expect(spelt.timers == builtIn.timers)
        #expect(spelt.authentication == builtIn.authentication)
        #expect(spelt.log == builtIn.log)
    }
}
