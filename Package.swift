// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: the compiler holds the arrows between the layers, and in release builds optimises across them.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(
        ["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func target(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    linkerSettings: [LinkerSetting] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings,
        linkerSettings: linkerSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "moonwire",
    products: [
        .executable(name: "moonwire", targets: ["moonwire"]),
        .executable(name: "sipload", targets: ["sipload"]),
    ],
    dependencies: [
        // MD5, SHA-256 and HMAC for Digest and nonces.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // TCP (later TLS and WebSocket): event loops and channels.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // The command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // Config/moonwire.yaml, environment and flags in one hierarchy.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        // The line of each key in the configuration file, for its errors.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        // Logging.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .systemLibrary(name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .target(name: "CLuaShim", dependencies: ["CLua"], cSettings: [.unsafeFlags(["-O2"])]),
        .target(name: "CLinux"),
        target("SIPSyntax"),
        target("LuaRuntime", ["CLua", "CLuaShim"]),
        target("SIPTransaction", ["SIPSyntax"]),
        target("SIPTokens", ["SIPSyntax", "SIPTransaction", crypto]),
        target("SIPAuthentication", ["SIPSyntax", "SIPTransaction", "SIPTokens", crypto]),
        target("SIPRegistrar", ["SIPSyntax", "SIPTransaction", "SIPTokens"]),
        target("SIPProxy", ["SIPSyntax", "SIPTransaction", "SIPTokens"]),
        target(
            "SIPCore",
            ["SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPRegistrar", "SIPProxy"]),
        target("SIPTransport", ["CLinux", "SIPSyntax", "SIPTransaction"] + nio),
        target(
            "SIPUserAgent",
            [
                "SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPRegistrar", "SIPProxy", "SIPCore",
                "SIPTransport",
            ]),
        target(
            "SIPTestKit",
            ["SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPRegistrar", "SIPProxy", "SIPCore"]),
        target(
            "SIPPolicy",
            [
                "LuaRuntime", "SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPRegistrar",
                "SIPProxy", "SIPCore",
            ]),
        target(
            "MoonwireServer",
            [
                "SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPRegistrar", "SIPProxy", "SIPCore",
                "SIPTransport", "SIPPolicy",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ] + nio),
        .executableTarget(
            name: "moonwire",
            dependencies: [
                "MoonwireServer", "SIPPolicy", "SIPSyntax", "SIPTransaction", "SIPAuthentication", "SIPTransport",
                "SIPCore",
                "SIPUserAgent",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings,
            // Shards move between threads, so much is freed elsewhere than it was allocated: jemalloc takes a quarter
            // of the time of the C library's malloc for that.
            linkerSettings: [.linkedLibrary("jemalloc")]),
        .executableTarget(name: "sipload", cSettings: [.unsafeFlags(["-O2"])], linkerSettings: [.linkedLibrary("m")]),
        tests("SIPSyntaxTests", ["SIPSyntax"]),
        tests("LuaRuntimeTests", ["LuaRuntime", "CLua"]),
        tests("SIPTransactionTests", ["SIPTransaction", "SIPSyntax"]),
        tests("SIPTokensTests", ["SIPTokens", "SIPTransaction", "SIPSyntax", crypto]),
        tests("SIPRegistrarTests", ["SIPRegistrar", "SIPSyntax", "SIPTransaction", "SIPTokens"]),
        tests("SIPTransportTests", ["SIPTransport", "CLinux", "SIPSyntax", "SIPTransaction"] + nio),
        tests(
            "MoonwireServerTests",
            [
                "MoonwireServer", "SIPSyntax", "SIPTransaction", "SIPTokens", "SIPAuthentication", "SIPProxy",
                "SIPRegistrar", "SIPCore", .product(name: "Logging", package: "swift-log"),
            ]),
        tests("SIPProxyTests", ["SIPProxy", "SIPTokens", "SIPTransaction", "SIPSyntax"]),
        tests(
            "SIPCoreTests",
            [
                "SIPTestKit", "SIPCore", "SIPProxy", "SIPRegistrar", "SIPAuthentication", "SIPTokens", "SIPTransaction",
                "SIPSyntax",
            ]),
        tests(
            "SIPPolicyTests",
            [
                "SIPPolicy", "SIPTestKit", "LuaRuntime", "SIPCore", "SIPProxy", "SIPRegistrar", "SIPAuthentication",
                "SIPTokens", "SIPTransaction", "SIPSyntax",
            ]),
        tests(
            "SIPUserAgentTests",
            [
                "SIPUserAgent", "SIPTransport", "SIPCore", "SIPProxy", "SIPRegistrar", "SIPAuthentication", "SIPTokens",
                "SIPTransaction", "SIPSyntax",
            ]),
        tests("SIPAuthenticationTests", ["SIPAuthentication", "SIPTokens", "SIPTransaction", "SIPSyntax"]),
    ]
)
