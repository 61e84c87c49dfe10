import Glibc

/// Whole files, by the system's own calls.
enum FileBytes {
    /// The contents of a file; nil when it can't be read, with the reason in `errno`.
    static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { keepingErrno { close(descriptor) } }
        return read(descriptor)
    }

    /// The rest of an open file; nil on an error, with the reason in `errno`.
    static func read(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    /// Writes all bytes; false on an error, with the reason in `errno`.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            start += count
        }
        return true
    }

    /// Runs `body`, whose own errors don't matter any more.
    static func keepingErrno(_ body: () -> Int32) {
        let saved = errno
        _ = body()
        errno = saved
    }
}

/// The system's error numbers in words.
enum SystemError {
    static func text(_ number: Int32) -> String {
        switch number {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "no permission"
        default: strerror(number).map { String(cString: $0) } ?? "error \(number)"
        }
    }
}
