import Glibc
import Logging

/// A log message, to be written in one of two ways.
struct LogLine {
    /// The time in UTC, as RFC 3339 has it.
    var time: String
    var level: Logger.Level
    var label: String
    var message: String
    var metadata: Logger.Metadata

    /// `2026-01-31T12:00:00.000Z info message key=value`.
    ///
    /// Control characters are escaped: a peer's bytes must not look like a line of their own, or move the cursor.
    var text: String {
        var line = "\(time) \(level.rawValue) \(LogLine.printable(message))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let text = LogLine.printable(value.description)
            line += text.contains(" ") || text.isEmpty ? " \(key)=\"\(text)\"" : " \(key)=\(text)"
        }
        return line + "\n"
    }

    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }

    /// `{"time":…,"level":…,"label":…,"message":…,"key":"value"}`.
    var json: String {
        var fields = [
            ("time", LogLine.quoted(time)), ("level", LogLine.quoted(level.rawValue)),
            ("label", LogLine.quoted(label)), ("message", LogLine.quoted(message)),
        ]
        let taken = Set(fields.map(\.0))
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            fields.append((taken.contains(key) ? "_" + key : key, LogLine.json(value)))
        }
        return "{" + fields.map { "\(LogLine.quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}\n"
    }

    private static func json(_ value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted(value.description)
        case .array(let items): "[" + items.map(json).joined(separator: ",") + "]"
        case .dictionary(let entries):
            "{"
                + entries.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(json($0.value))" }
                .joined(separator: ",") + "}"
        }
    }

    /// A JSON string (RFC 8259 §7).
    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

/// Times of log lines.
enum LogTime {
    /// Now, in milliseconds.
    static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, milliseconds: time.tv_nsec / 1_000_000)
    }

    /// A time since 1970 in UTC: `2026-01-31T12:00:00.000Z`.
    static func text(seconds: Int, milliseconds: Int) -> String {
        var (seconds, parts) = (seconds, tm())
        gmtime_r(&seconds, &parts)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        let year = digits(Int(parts.tm_year) + 1900, 4)
        let day = [year, digits(Int(parts.tm_mon) + 1, 2), digits(Int(parts.tm_mday), 2)]
        let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)].map { digits($0, 2) }
        return day.joined(separator: "-") + "T" + clock.joined(separator: ":") + ".\(digits(milliseconds, 3))Z"
    }
}
