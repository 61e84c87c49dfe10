/// Where a value of the configuration comes from, so that an error can name it.
public enum ConfigurationPlace: Hashable, Sendable {
    /// A line of a file, counted from 1.
    case line(file: String, line: Int)
    /// A file as a whole.
    case file(String)
    /// An environment variable.
    case environment(String)
    /// A flag of the command line, as it was written.
    case flag(String)
    /// Nobody set the value: it is the built-in one.
    case builtIn
}

extension ConfigurationPlace: CustomStringConvertible {
    public var description: String {
        switch self {
        case .line(let file, let line): "\(file):\(line)"
        case .file(let file): file
        case .environment(let name): "environment variable \(name)"
        case .flag(let flag): flag
        case .builtIn: "built-in configuration"
        }
    }
}

/// Why a configuration can't be used: where, what is wrong and what to do, in one line of text.
public struct ConfigurationError: Error, Hashable, Sendable {
    /// The exit code of a start that a configuration stops: EX_CONFIG of sysexits.h.
    public static let exitCode: Int32 = 78

    public var place: ConfigurationPlace
    /// What is wrong and what to do.
    public var problem: String

    public init(_ place: ConfigurationPlace, _ problem: String) {
        self.place = place
        self.problem = problem
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// `Config/moonwire.yaml:12: what is wrong; what to do`.
    public var description: String { "\(place): \(problem)" }
}
