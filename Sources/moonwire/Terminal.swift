import Glibc

/// What this process was given by its caller.
enum Process {
    /// The environment variables.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    /// How this program was called.
    static var name: String { CommandLine.arguments.first ?? "moonwire" }
}

/// The user at the other end of standard input and error.
enum Terminal {
    /// Writes a line to standard error.
    static func complain(_ text: String) { write("moonwire: \(text)\n") }

    /// Whether somebody types what standard input gives.
    static var isInteractive: Bool { isatty(STDIN_FILENO) != 0 }

    /// The next line of standard input; nil at its end or when Ctrl-C interrupts.
    static func readLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            guard count == 1 else { return bytes.isEmpty || count < 0 ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Asks for a line that isn't shown; nil when Ctrl-C interrupts.
    static func ask(_ question: String) -> String? {
        // A handler that does nothing makes Ctrl-C end the read, so that the echo comes back before the process ends.
        var interruption = sigaction()
        var previousAction = sigaction()
        interruption.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGINT, &interruption, &previousAction)
        defer { sigaction(SIGINT, &previousAction, nil) }
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
            write("\n")
        }
        write(question)
        return readLine()
    }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
