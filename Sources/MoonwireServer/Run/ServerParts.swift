public import Logging
public import SIPTokens

/// What a server is made of before it listens: everything that comes from files and can be wrong in them.
public struct ServerParts: Sendable {
    public var configuration: ServerConfiguration
    /// The keys of tokens.
    public var keys: KeyRing
    /// The digest users.
    public var users: UserTable
    /// This run of the server, by which tokens know connections of an earlier one.
    public var bootID: UInt64
    public var logger: Logger

    /// Reads the files that the configuration names; makes the keys at the first start.
    public init(configuration: ServerConfiguration, logger: Logger) throws(PrivateFileError) {
        self.configuration = configuration
        self.logger = logger
        users = try UserTable(path: configuration.usersFile)
        keys = try KeyFile.loadOrCreate(path: configuration.keysFile)
        bootID = SystemRandom.bootID()
    }
}
