import Testing

@testable import MoonwireServer

@Suite("Errors of the configuration say where, what and what to do")
struct ConfigurationErrorTests {
    /// A text of YAML and the begin of its error.
    struct Case: CustomTestStringConvertible, Sendable {
        var yaml: String
        var error: String
        var testDescription: String { error }

        init(_ yaml: String, _ error: String) {
            self.yaml = yaml
            self.error = error
        }
    }

    static let shapes = [
        Case("domains: ]", "moonwire.yaml:1: not YAML: "),
        Case("log:\n\tlevel: info", "moonwire.yaml:2: not YAML: "),
        Case("listen:\n  - a\n - b", "moonwire.yaml:3: not YAML: "),
        Case("- a", "moonwire.yaml:1: the configuration is not a map of keys"),
        Case("threads: 1\nshards: 2\nthreads: 3", "moonwire.yaml:1: the key `threads` stands twice"),
        Case("threads: 1\n? [a]\n: b", "moonwire.yaml:2: a key must be text"),
        Case("\nlog:\n  levle: info", "moonwire.yaml:3: unknown key `log.levle`; did you mean `log.level`?"),
        Case("thread: 1", "moonwire.yaml:1: unknown key `thread`; did you mean `threads`?"),
        Case("timer_c: 200", "moonwire.yaml:1: unknown key `timer_c`; did you mean `timers.timer_c`?"),
        Case("log:\n  colour: red", "moonwire.yaml:2: unknown key `log.colour`; known here: format, level"),
        Case("storage: x", "moonwire.yaml:1: unknown key `storage`; known here: advertise, allow_preloaded_routes"),
        Case("log: debug", "moonwire.yaml:1: `log` is a section"),
        Case("threads:", "moonwire.yaml:1: `threads` has no value"),
        Case("threads: [1, 2]", "moonwire.yaml:1: `threads` takes one value"),
        Case("domains: {a: b}", "moonwire.yaml:1: `domains` takes a list"),
        Case("domains:\n  - a.example\n  - [b]", "moonwire.yaml:3: `domains`: each item is one text"),
        Case("advertise: [a]", "moonwire.yaml:1: `advertise` takes a map"),
        Case("advertise:\n  a: [b]", "moonwire.yaml:2: `advertise`: each value is one text"),
        Case("policy:\n  settings: [a]", "moonwire.yaml:2: `policy.settings` must be a map"),
    ]

    static let values = [
        Case("threads: many", "moonwire.yaml:1: threads: `many` is no whole number from 0 to 1024"),
        Case("threads: -1", "moonwire.yaml:1: threads: `-1` is no whole number"),
        Case("shards: 1.5", "moonwire.yaml:1: shards: `1.5` is no whole number"),
        Case("limits:\n  idle_timeout: 1h", "moonwire.yaml:2: limits.idle_timeout: `1h` is no number of seconds"),
        Case("limits: {idle_timeout: nan}", "moonwire.yaml:1: limits.idle_timeout: `nan` is no number of seconds"),
        Case("timers:\n  timer_c: 180", "moonwire.yaml:2: timers.timer_c: `180` is no number of seconds from 181"),
        Case("timers:\n  t1_ms: 500\n  t2_ms: 100", "moonwire.yaml:3: timers.t2_ms: it is less than t1_ms"),
        Case("allow_preloaded_routes: maybe", "moonwire.yaml:1: allow_preloaded_routes: `maybe` is neither true nor"),
        Case("log:\n  level: loud", "moonwire.yaml:2: log.level: `loud` is none of trace, debug, info"),
        Case("log:\n  format: xml", "moonwire.yaml:2: log.format: `xml` is none of text, json"),
        Case("auth:\n  algorithms:\n    - MD5\n    - SHA-1", "moonwire.yaml:4: auth.algorithms: `SHA-1` is none of"),
        Case("auth:\n  algorithms: []", "moonwire.yaml:2: auth.algorithms: there is none"),
        Case("domains:\n  - a.example\n  - bad domain", "moonwire.yaml:3: domains: `bad domain` is no domain name"),
        Case("domains: [-a.example]", "moonwire.yaml:1: domains: `-a.example` is no domain name"),
        Case("domains: []", "moonwire.yaml:1: domains: there is none"),
        Case("trusted_peers:\n  - gw.example", "moonwire.yaml:2: trusted_peers: `gw.example` is no address"),
        Case("trusted_peers:\n  - 10.0.0.0/33", "moonwire.yaml:2: trusted_peers: `10.0.0.0/33` is no address"),
        Case(
            "registrar:\n  min_expires: 90\n  max_expires: 60",
            "moonwire.yaml:3: registrar.max_expires: it is less than min_expires"),
        Case(
            "registrar:\n  default_expires: 10", "moonwire.yaml:2: registrar.default_expires: it is not between"),
        Case("policy:\n  file: nowhere.lua", "moonwire.yaml:2: policy.file: "),
    ]

    static let addresses = [
        Case("listen: []", "moonwire.yaml:1: listen: there is no address"),
        Case("listen:\n  - 127.0.0.1:5060", "moonwire.yaml:2: listen: `127.0.0.1:5060` has no transport in front"),
        Case("listen: [\"tls:127.0.0.1:5061\"]", "moonwire.yaml:1: listen: `tls:127.0.0.1:5061`: only udp and tcp"),
        Case("listen:\n  - udp:localhost:5060", "moonwire.yaml:2: listen: `localhost` is no numeric address"),
        Case("listen:\n  - udp:127.0.0.1:65536", "moonwire.yaml:2: listen: `65536` is no port"),
        Case("listen:\n  - \"udp:127.0.0.1:\"", "moonwire.yaml:2: listen: `` is no port"),
        Case("listen:\n  - udp:127.0.0.1:+5", "moonwire.yaml:2: listen: `+5` is no port"),
        Case("listen:\n  - udp:::1:5060", "moonwire.yaml:2: listen: `::1:5060`: the host is missing"),
        Case("listen:\n  - udp:2001:db8::1:5060", "moonwire.yaml:2: listen: `2001:db8::1:5060`: write an IPv6 address"),
        Case("listen:\n  - udp:[::1:5060", "moonwire.yaml:2: listen: `[::1:5060`: the `]` is missing"),
        Case(
            "listen:\n  - udp:127.0.0.1:5060\n  - udp:127.0.0.1",
            "moonwire.yaml:3: listen: `udp:127.0.0.1` stands twice"),
        Case(
            "advertise:\n  \"udp:127.0.0.1:9\": a.example",
            "moonwire.yaml:2: advertise: `udp:127.0.0.1:9` is not in `listen`"),
        Case("advertise:\n  \"udp:127.0.0.1:5060\": a b", "moonwire.yaml:2: advertise: `a b` is no host name"),
        Case("advertise:\n  \"udp:127.0.0.1:5060\": a:0", "moonwire.yaml:2: advertise: `a:0`: nobody reaches port 0"),
        Case("advertise:\n  \"sctp:127.0.0.1:5060\": a", "moonwire.yaml:2: advertise: `sctp:127.0.0.1:5060` has no"),
    ]

    @Test("a wrong text, key or shape", arguments: shapes)
    func shape(_ example: Case) throws {
        let error = try ConfigurationHarness.error(example.yaml)
        #expect(error.hasPrefix(example.error), "\(error)")
    }

    @Test("a wrong value", arguments: values)
    func value(_ example: Case) throws {
        let error = try ConfigurationHarness.error(example.yaml)
        #expect(error.hasPrefix(example.error), "\(error)")
    }

    @Test("a wrong address", arguments: addresses)
    func address(_ example: Case) throws {
        let error = try ConfigurationHarness.error(example.yaml)
        #expect(error.hasPrefix(example.error), "\(error)")
    }

    @Test("an error in an environment variable names the variable")
    func environment() throws {
        let error = try ConfigurationHarness.error("threads: 2", environment: ["MOONWIRE_THREADS": "x"])
        #expect(error.hasPrefix("environment variable MOONWIRE_THREADS: threads: `x` is no whole number"), "\(error)")
        let list = try ConfigurationHarness.error(environment: ["MOONWIRE_LISTEN": "udp:127.0.0.1,foo"])
        #expect(list.hasPrefix("environment variable MOONWIRE_LISTEN: listen: `foo` has no transport"), "\(list)")
    }

    @Test("an error in a flag names the flag")
    func flag() throws {
        let value = try ConfigurationHarness.error("log: {level: info}", set: ["log.level=x"])
        #expect(value.hasPrefix("--set log.level: log.level: `x` is none of"), "\(value)")
        let key = try ConfigurationHarness.error(set: ["log.lvel=x"])
        #expect(key == "--set log.lvel: unknown key `log.lvel`; did you mean `log.level`?")
        let tree = try ConfigurationHarness.error(set: ["policy.settings=x"])
        #expect(tree == "--set policy.settings: name the setting: --set policy.settings.name=value")
        #expect(throws: ConfigurationError(.flag("--set x"), "no value; write --set key=value")) {
            try ConfigurationOverride(parsing: "x")
        }
    }

    @Test("a named file that is not there, or is no text, is named")
    func file() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path("none.yaml")
        #expect(
            throws: ConfigurationError(
                .file(missing), "there is no such file; name the configuration file with --config")
        ) { try ServerConfiguration.load(ConfigurationSources(file: missing)) }
        #expect(
            throws: ConfigurationError(.file(folder.path), "is a folder; name the configuration file with --config")
        ) { try ServerConfiguration.load(ConfigurationSources(file: folder.path)) }
        let bytes = folder.path("bytes.yaml")
        try folder.write(Array("a: b\nc: ".utf8) + [0xFF, 0x0A], to: "bytes.yaml")
        #expect(throws: ConfigurationError(.line(file: bytes, line: 2), "not UTF-8; save the file as UTF-8")) {
            try ServerConfiguration.load(ConfigurationSources(file: bytes))
        }
    }

    @Test("without a policy the start says where it was looked for; a tool that runs none needs none")
    func noPolicy() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("threads: 1", to: "moonwire.yaml")
        let error = #expect(throws: ConfigurationError.self) {
            try ServerConfiguration.load(ConfigurationSources(file: file))
        }
        #expect(error?.place == .file(file))
        #expect(error?.problem.contains(folder.path("policy.lua")) == true)
        #expect(try ServerConfiguration.load(ConfigurationSources(file: file), checksFiles: false).threads == 1)
    }
}
