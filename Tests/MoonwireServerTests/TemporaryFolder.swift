import Glibc

@testable import MoonwireServer

/// A folder of its own for a test, gone with the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/moonwire-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw FolderError(number: errno) }
        path = String(cString: made)
    }

    deinit { TemporaryFolder.remove(path) }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { path + "/" + name }

    /// Writes a file, and gives its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    /// Writes a file of any bytes.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) throws -> String {
        let path = path(name)
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard descriptor >= 0, fchmod(descriptor, mode) == 0, FileBytes.write(bytes, to: descriptor) else {
            throw FolderError(number: errno)
        }
        close(descriptor)
        return path
    }

    func text(_ name: String) throws -> String {
        guard let bytes = FileBytes.read(path(name)) else { throw FolderError(number: errno) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The permission bits of a file.
    func mode(_ name: String) -> mode_t {
        var status = stat()
        return stat(path(name), &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

struct FolderError: Error {
    var number: Int32
}
