import ArgumentParser
import MoonwireServer

/// Where a new password comes from.
struct PasswordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The password. Others on this machine can see it while the command runs.",
            discussion: """
                Without it, it is asked for twice and not shown; if standard input is no terminal, its first line \
                is the password.
                """))
    var password: String?

    /// The password; the process ends when there is none.
    func read(for user: UserName) throws -> String {
        try orExit {
            let password = try self.password ?? PasswordOption.entered(user)
            guard !password.isEmpty else { throw UserError("the password is empty; nothing was changed") }
            return password
        }
    }

    private static func entered(_ user: UserName) throws -> String {
        guard Terminal.isInteractive else {
            guard let line = Terminal.readLine() else {
                throw UserError("standard input has no password; nothing was changed")
            }
            return line
        }
        guard let first = Terminal.ask("Password of \(user): "), let second = Terminal.ask("Once more: ") else {
            throw ExitCode(130)
        }
        guard first == second else { throw UserError("the passwords differ; nothing was changed") }
        return first
    }
}
