/// The file of digest users, `var/users`: one line for each, mode 0600.
///
/// Each change reads the file, changes a line and replaces the file at once under a lock, so two commands at a time
/// lose nothing, and a server that runs meanwhile sees whole files only. Lines that begin with `#` are kept.
public struct UserFile: Sendable {
    private let file: PrivateFile

    public init(path: String) { file = PrivateFile(path) }

    /// All users in the order of the file; none when there is no file.
    public func users() throws(PrivateFileError) -> [UserRecord] { try read().records }

    /// Adds a user.
    public func add(_ record: UserRecord) throws {
        try change { lines throws(UserError) in
            guard lines.position(of: record.user) == nil else {
                throw UserError(
                    "\(record.user) is there already; to change the password: moonwire user passwd \(record.user)")
            }
            lines.append(record.line)
        }
    }

    /// Gives a user other hashes.
    public func update(_ record: UserRecord) throws {
        try change { lines throws(UserError) in
            guard let position = lines.position(of: record.user) else { throw UserFile.unknown(record.user) }
            lines.texts[position] = record.line
        }
    }

    /// Removes a user.
    public func remove(_ user: UserName) throws {
        try change { lines throws(UserError) in
            guard let position = lines.position(of: user) else { throw UserFile.unknown(user) }
            lines.texts.remove(at: position)
        }
    }

    private static func unknown(_ user: UserName) -> UserError {
        UserError("there is no user \(user); to see all: moonwire user list")
    }

    private func change(_ body: (inout UserLines) throws(UserError) -> Void) throws {
        let outcome = try file.withLock { () throws(PrivateFileError) -> Result<Void, UserError> in
            var lines = try read().lines
            do throws(UserError) { try body(&lines) } catch { return .failure(error) }
            try file.replace(with: lines.bytes)
            return .success(())
        }
        try outcome.get()
    }

    // MARK: - Reading

    /// The file's stamp; nil when there is no file.
    func stamp() -> PrivateFile.Stamp? { file.stamp() }

    /// The whole file, checked.
    func read() throws(PrivateFileError) -> (lines: UserLines, records: [UserRecord], stamp: PrivateFile.Stamp?) {
        guard let (bytes, stamp) = try file.read() else { return (UserLines(), [], nil) }
        let lines = UserLines(bytes)
        var records: [UserRecord] = []
        var seen: Set<UserName> = []
        for (index, text) in lines.texts.enumerated() where UserLines.isRecord(text) {
            do throws(UserError) {
                let record = try UserRecord(line: text)
                guard seen.insert(record.user).inserted else { throw UserError("\(record.user) stands twice") }
                records.append(record)
            } catch {
                throw file.failure(error.description, line: index + 1)
            }
        }
        return (lines, records, stamp)
    }
}

/// The lines of a user file.
struct UserLines {
    var texts: [String] = []

    init() {}

    init(_ bytes: [UInt8]) {
        texts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
        if texts.last == "" { texts.removeLast() }
    }

    /// Whether a line is a user's, and no comment or empty.
    static func isRecord(_ text: String) -> Bool { !text.isEmpty && !text.hasPrefix("#") }

    func position(of user: UserName) -> Int? {
        texts.firstIndex { $0.hasPrefix("\(user):") && (try? UserRecord(line: $0))?.user == user }
    }

    mutating func append(_ line: String) { texts.append(line) }

    var bytes: [UInt8] { Array(texts.map { $0 + "\n" }.joined().utf8) }
}
