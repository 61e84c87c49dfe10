internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// The files of one load of a policy.
///
/// The first state that is made from it reads files as they are required, and what it read is kept; once sealed, all other
/// states get the same bytes and nothing else, so that all shards run the same policy even while files change.
public final class LuaSnapshot: Sendable {
    /// A file's text, and its name relative to the policy's folder.
    public struct File: Sendable, Hashable {
        public let name: String
        public let bytes: [UInt8]
    }

    /// Why a module is not there.
    public struct Missing: Error, Sendable, Hashable {
        /// Follows on `module 'x' `.
        public let text: String
    }

    private struct Contents {
        var files: [String: [UInt8]] = [:]
        var folder: String?
    }

    private static let largestFile = 16 << 20
    private let contents: Mutex<Contents>

    /// A snapshot of files in memory, by name (`policy.lua`, `lib/routes.lua`).
    public init(files: [String: String]) {
        contents = Mutex(Contents(files: files.mapValues { Array($0.utf8) }))
    }

    /// A snapshot that reads from a folder until it is sealed.
    public init(folder: String) {
        contents = Mutex(Contents(folder: folder))
    }

    /// From now on only what was read already exists.
    public func seal() { contents.withLock { $0.folder = nil } }

    /// The files so far, by name.
    public var files: [String: [UInt8]] { contents.withLock { $0.files } }

    /// The file of a module: `a.b` is `a/b.lua` or `a/b/init.lua`.
    func module(named name: String) -> Result<File, Missing> {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy(Self.isPlainName) else {
            return .failure(Missing(text: "has no name that a file can have"))
        }
        let path = parts.joined(separator: "/")
        return contents.withLock { contents in
            for candidate in [path + ".lua", path + "/init.lua"] {
                if let bytes = contents.files[candidate] { return .success(File(name: candidate, bytes: bytes)) }
                guard let folder = contents.folder, let bytes = Self.read(folder + "/" + candidate) else { continue }
                contents.files[candidate] = bytes
                return .success(File(name: candidate, bytes: bytes))
            }
            return .failure(Missing(text: "not found: there is no file '\(path).lua' beside the policy"))
        }
    }

    /// Letters, digits, `_` and `-`: nothing that leads out of the policy's folder.
    private static func isPlainName(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy { byte in
                (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x5F
                    || byte == 0x2D
            }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rbe") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= largestFile {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes.append(contentsOf: buffer[0..<count])
        }
        return nil
    }
}
