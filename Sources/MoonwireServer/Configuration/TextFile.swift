import Glibc

/// Files of text that people write: reading, and paths.
enum TextFile {
    /// Whether there is a file.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// What keeps a file from being read; nil when nothing does.
    static func problem(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return SystemError.text(errno) }
        if status.st_mode & S_IFMT == S_IFDIR { return "is a folder" }
        return access(path, R_OK) == 0 ? nil : SystemError.text(errno)
    }

    /// The whole text of a configuration file.
    static func read(_ path: String) throws(ConfigurationError) -> String {
        if let problem = problem(path) {
            throw ConfigurationError(.file(path), "\(problem); name the configuration file with --config")
        }
        guard let bytes = FileBytes.read(path) else {
            throw ConfigurationError(.file(path), SystemError.text(errno))
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(.line(file: path, line: badLine(bytes)), "not UTF-8; save the file as UTF-8")
        }
        return text
    }

    /// The line of the first byte that is no UTF-8.
    private static func badLine(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return (lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0) + 1
    }

    /// A path that is relative to the folder of `file`, if it is relative.
    static func path(_ path: String, beside file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }
}
