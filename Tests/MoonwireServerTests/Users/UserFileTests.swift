import Glibc
import SIPAuthentication
import SIPSyntax
import Testing

@testable import MoonwireServer

@Suite("The file of users")
struct UserFileTests {
    private func user(_ text: String) throws -> UserName { try UserName(parsing: text) }

    private func record(_ text: String, _ password: String = "secret") throws -> UserRecord {
        UserRecord(user: try user(text), password: password)
    }

    @Test("a user is kept as the hashes of RFC 7616 §3.4.2, in a file that only its owner can read")
    func adding() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("var/users"))
        #expect(try file.users() == [])
        try file.add(record("alice@localhost"))
        // printf 'alice:localhost:secret' | md5sum
        let md5 = "c4bd012dfa61b3000723c206d202a63c"
        let line = try folder.text("var/users")
        #expect(line.hasPrefix("alice@localhost:"))
        #expect(!line.contains("secret"))
        #expect(line.split(separator: ":")[1] == Substring(md5))
        #expect(folder.mode("var/users") == 0o600)
        #expect(folder.mode("var") == 0o700)
        #expect(try file.users() == [record("alice@localhost")])
    }

    @Test("users are added, changed and removed, and comments stay where they are")
    func changing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# office\n\n", to: "users")
        let file = UserFile(path: path)
        try file.add(record("alice@a.example"))
        try file.add(record("alice@b.example"))
        try file.add(record("bob@a.example"))
        try file.update(record("alice@a.example", "other"))
        try file.remove(user("alice@b.example"))
        #expect(try file.users() == [record("alice@a.example", "other"), record("bob@a.example")])
        #expect(try folder.text("users").hasPrefix("# office\n\nalice@a.example:"))
        #expect(folder.mode("users") == 0o600)
    }

    @Test("a second user of the same name, and one that isn't there, are errors that say what to do")
    func refusing() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        try file.add(record("alice@localhost"))
        let before = try folder.text("users")
        let twice = #expect(throws: UserError.self) { try file.add(record("alice@localhost", "x")) }
        #expect(
            twice?.description
                == "alice@localhost is there already; to change the password: moonwire user passwd alice@localhost")
        let unknown = "there is no user bob@localhost; to see all: moonwire user list"
        #expect(throws: UserError(unknown)) { try file.update(record("bob@localhost")) }
        #expect(throws: UserError(unknown)) { try file.remove(user("bob@localhost")) }
        #expect(try folder.text("users") == before)
    }

    @Test("a file that others may read is refused", arguments: [mode_t(0o644), 0o640, 0o604, 0o660])
    func permissions(_ mode: mode_t) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "users", mode: mode)
        let problem = "others may read it (mode 0\(String(mode, radix: 8))); run: chmod 600 \(path)"
        #expect(throws: PrivateFileError(path: path, problem: problem)) { try UserFile(path: path).users() }
        #expect(throws: PrivateFileError(path: path, problem: problem)) {
            try UserFile(path: path).add(record("alice@localhost"))
        }
    }

    @Test(
        "a broken line is named",
        arguments: [
            ("alice", "not name@realm:MD5:SHA256"),
            ("alice:-:-", "`alice` has no realm"),
            ("a b@c:-:-", "`a b@c`: the name must not be empty or have blanks"),
            ("alice@c:-:-", "there is no hash"),
            ("alice@c:12:-", "the MD5 hash is not 32 hexadecimal digits"),
            ("alice@c:-:d2d9c0c3ca4a29ceb2b1bdd0da3ffb93", "the SHA-256 hash is not 64 hexadecimal digits"),
            ("bob@c:d2d9c0c3ca4a29ceb2b1bdd0da3ffb93:-", "bob@c stands twice"),
        ])
    func brokenLine(_ line: String, _ problem: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("# users\nbob@c:d2d9c0c3ca4a29ceb2b1bdd0da3ffb93:-\n\(line)\n", to: "users")
        let error = #expect(throws: PrivateFileError.self) { try UserFile(path: path).users() }
        #expect(error?.line == 3)
        #expect(error?.description.hasPrefix("\(path):3: \(problem)") == true, "\(String(describing: error))")
    }

    @Test("a realm may be an IPv6 address with its colons, and capitals of a domain don't matter")
    func realms() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        try file.add(record("alice@[::1]"))
        #expect(try file.users() == [record("alice@[::1]")])
        #expect(try UserName(parsing: "alice@LocalHost", domains: ["localhost"]).realm == "localhost")
        #expect(try UserName(parsing: "alice", usual: "localhost").description == "alice@localhost")
    }

    @Test(
        "a name that can't stand in a line or a quoted string is refused",
        arguments: ["", "@a", "a@", "a b@c", "a:b@c", "a\n@c", "a\"@c", "a\\@c", "a@b@c", "<a@c", "alice"])
    func badNames(_ text: String) {
        #expect(throws: UserError.self) { try UserName(parsing: text) }
    }

    @Test("many writers at once lose nothing")
    func concurrentWriters() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("users")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<8 {
                        let user = try UserName(parsing: "u\(writer)-\(number)@localhost")
                        try UserFile(path: path).add(UserRecord(user: user, password: "x"))
                    }
                }
            }
            try await group.waitForAll()
        }
        let users = try UserFile(path: path).users()
        #expect(Set(users.map(\.user)).count == 64)
        #expect(users.count == 64)
    }

    @Test("what an interrupted writer left behind is no obstacle, and is never read")
    func leftovers() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        try file.add(record("alice@localhost"))
        try folder.write("half a li", to: "users.new", mode: 0o644)
        #expect(try file.users().count == 1)
        try file.add(record("bob@localhost"))
        #expect(try file.users().count == 2)
        #expect(folder.mode("users") == 0o600)
        #expect(folder.mode("users.new") == 0)
    }
}
