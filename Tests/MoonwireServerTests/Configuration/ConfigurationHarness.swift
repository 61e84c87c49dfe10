import Testing

@testable import MoonwireServer

/// Configurations from a text, in a folder with a policy beside them.
struct ConfigurationHarness {
    let folder: TemporaryFolder
    var environment: [String: String] = [:]
    var overrides: [ConfigurationOverride] = []

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("return {}\n", to: "policy.lua")
    }

    func load(_ yaml: String) throws -> ServerConfiguration {
        let file = try folder.write(yaml, to: "moonwire.yaml")
        return try ServerConfiguration.load(
            ConfigurationSources(file: file, overrides: overrides, environment: environment))
    }

    /// The error, with the file's folder left out: `moonwire.yaml:3: …`.
    func error(_ yaml: String) throws -> String {
        do {
            _ = try load(yaml)
        } catch let error as ConfigurationError {
            return error.description.replacing(folder.path + "/", with: "")
        }
        Issue.record("there was no error")
        return ""
    }

    static func load(
        _ yaml: String = "", environment: [String: String] = [:], set assignments: [String] = []
    ) throws -> ServerConfiguration {
        try harness(environment, assignments).load(yaml)
    }

    static func error(
        _ yaml: String = "", environment: [String: String] = [:], set assignments: [String] = []
    ) throws -> String {
        try harness(environment, assignments).error(yaml)
    }

    private static func harness(
        _ environment: [String: String], _ assignments: [String]
    ) throws -> ConfigurationHarness {
        var harness = try ConfigurationHarness()
        harness.environment = environment
        harness.overrides = try assignments.map { try ConfigurationOverride(parsing: $0) }
        return harness
    }
}
