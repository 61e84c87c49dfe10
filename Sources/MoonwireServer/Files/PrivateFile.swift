import Glibc

/// Why a file of secrets can't be used: its path, what is wrong and what to do.
public struct PrivateFileError: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// The line, counted from 1, if it is about one.
    public var line: Int?
    /// What is wrong and what to do.
    public var problem: String

    public init(path: String, line: Int? = nil, problem: String) {
        self.path = path
        self.line = line
        self.problem = problem
    }

    /// `var/users:3: what is wrong; what to do`.
    public var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(problem)" }
}

/// A file that only its owner may read (mode 0600): digest users, keys.
///
/// A reader sees the old contents or the new ones, never a part, because writing is a new file that takes the old
/// one's name. Writers take turns by a lock on a file beside it, for the file itself is another after each write.
struct PrivateFile: Sendable {
    let path: String

    /// What is known of a file without reading it: equal stamps are the same contents.
    struct Stamp: Hashable, Sendable {
        var inode: UInt64
        var size: Int64
        var seconds: Int64
        var nanoseconds: Int64
    }

    init(_ path: String) { self.path = path }

    /// The file's stamp; nil when there is no file.
    func stamp() -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? PrivateFile.stamp(status) : nil
    }

    private static func stamp(_ status: stat) -> Stamp {
        Stamp(
            inode: UInt64(status.st_ino), size: Int64(status.st_size), seconds: Int64(status.st_mtim.tv_sec),
            nanoseconds: Int64(status.st_mtim.tv_nsec))
    }

    /// The contents with the stamp of the file that they are of; nil when there is no file. A file that others may
    /// read is refused: its secrets are none any more.
    func read() throws(PrivateFileError) -> (bytes: [UInt8], stamp: Stamp)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(SystemError.text(errno))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(SystemError.text(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure("is no file") }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw failure("others may read it (mode 0\(mode)); run: chmod 600 \(path)")
        }
        guard let bytes = FileBytes.read(descriptor) else { throw failure(SystemError.text(errno)) }
        return (bytes, PrivateFile.stamp(status))
    }

    /// Runs `body` while no other process or thread does so for this file. Makes the folder if there is none.
    func withLock<Result>(
        _ body: () throws(PrivateFileError) -> Result
    ) throws(PrivateFileError) -> Result {
        try makeFolder()
        let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't be locked: \(SystemError.text(errno))") }
        // The lock ends with the descriptor, so it outlives no process.
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw failure("can't be locked: \(SystemError.text(errno))") }
        }
        return try body()
    }

    /// Replaces the contents, with the lock held: either all is on disk when it returns, or nothing has changed.
    func replace(with bytes: [UInt8]) throws(PrivateFileError) {
        let new = path + ".new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't be written: \(SystemError.text(errno))") }
        keepOwner(descriptor)
        // A narrower umask would lock the owner out as well.
        let isWritten =
            fchmod(descriptor, 0o600) == 0 && FileBytes.write(bytes, to: descriptor) && fsync(descriptor) == 0
        let problem = isWritten ? 0 : errno
        close(descriptor)
        guard isWritten, rename(new, path) == 0 else {
            let text = SystemError.text(isWritten ? errno : problem)
            unlink(new)
            throw failure("can't be written: \(text)")
        }
        syncFolder()
    }

    /// A file that root rewrites stays that of the user who runs the server.
    private func keepOwner(_ descriptor: Int32) {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0 || stat(folder, &status) == 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func makeFolder() throws(PrivateFileError) {
        var made = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            made += made.isEmpty || made == "/" ? part : "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw failure("the folder \(made) can't be made: \(SystemError.text(errno))")
            }
        }
    }

    /// The new name is on disk only with its folder.
    private func syncFolder() {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    func failure(_ problem: String, line: Int? = nil) -> PrivateFileError {
        PrivateFileError(path: path, line: line, problem: problem)
    }
}
