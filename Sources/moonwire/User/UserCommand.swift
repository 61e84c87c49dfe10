import ArgumentParser
import MoonwireServer

/// `moonwire user …`: the digest users of `users_file`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Add, change, remove and list the users who log in with a password.",
        discussion: """
            The file has hashes of the passwords, never the passwords, and only its owner can read it. A server that \
            runs sees a change within a second.
            """,
        subcommands: [
            UserAddCommand.self, UserPasswordCommand.self, UserRemoveCommand.self, UserListCommand.self,
        ])
}

/// The argument and options of the commands about one user.
struct UserArguments: ParsableArguments {
    @Argument(help: "The user, such as alice@localhost; without @ it is one of the first domain.")
    var user: String

    @OptionGroup var options: ConfigurationOptions

    /// The user and the file, by the configuration. A domain that isn't served is only odd, since it may come later.
    func resolve() throws -> (user: UserName, file: UserFile, path: String) {
        let configuration = try options.load(checksFiles: false)
        let domains = configuration.domains
        let name = try orExit { try UserName(parsing: user, usual: domains.first, domains: domains) }
        if !domains.contains(name.realm) {
            Terminal.complain(
                "warning: \(name.realm) is none of the domains (\(domains.joined(separator: ", "))), so nobody can log in so"
            )
        }
        return (name, UserFile(path: configuration.usersFile), configuration.usersFile)
    }
}

/// `moonwire user add`.
struct UserAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a user.")

    @OptionGroup var arguments: UserArguments
    @OptionGroup var password: PasswordOption

    func run() throws {
        let (user, file, path) = try arguments.resolve()
        let password = try password.read(for: user)
        try orExit { try file.add(UserRecord(user: user, password: password)) }
        print("\(user) added to \(path)")
    }
}

/// `moonwire user passwd`.
struct UserPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "passwd", abstract: "Change a user's password.")

    @OptionGroup var arguments: UserArguments
    @OptionGroup var password: PasswordOption

    func run() throws {
        let (user, file, path) = try arguments.resolve()
        let password = try password.read(for: user)
        try orExit { try file.update(UserRecord(user: user, password: password)) }
        print("\(user) has a new password in \(path)")
    }
}

/// `moonwire user remove`.
struct UserRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a user. Phones that are registered stay so until they expire.")

    @OptionGroup var arguments: UserArguments

    func run() throws {
        let (user, file, path) = try arguments.resolve()
        try orExit { try file.remove(user) }
        print("\(user) removed from \(path)")
    }
}

/// `moonwire user list`.
struct UserListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users, one on a line.")

    @OptionGroup var options: ConfigurationOptions

    func run() throws {
        let configuration = try options.load(checksFiles: false)
        let users = try orExit { try UserFile(path: configuration.usersFile).users() }
        for record in users { print(record.user) }
    }
}
