import SIPAuthentication
import SIPSyntax
import Testing

@testable import MoonwireServer

@Suite("The users in memory")
struct UserTableTests {
    private func ha1(_ table: UserTable, _ user: String, _ realm: String, _ algorithm: DigestAlgorithm) -> DigestValue?
    {
        user.withByteView { user in realm.withByteView { table.ha1(user: user, realm: $0, algorithm: algorithm) } }
    }

    private func record(_ text: String, _ password: String) throws -> UserRecord {
        UserRecord(user: try UserName(parsing: text), password: password)
    }

    @Test("a user is found by name and realm, with the hash of each algorithm (RFC 8760 §2.3)")
    func lookup() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        for number in 0..<40 { try file.add(record("user\(number)@localhost", "p\(number)")) }
        try file.add(record("ab@c", "1"))
        try file.add(record("a@bc", "2"))
        let table = try UserTable(path: folder.path("users"))
        #expect(table.count == 42)
        for number in 0..<40 {
            let (user, password) = ("user\(number)", "p\(number)")
            for algorithm in DigestAlgorithm.allCases {
                let expected = HA1.compute(user: user, realm: "localhost", password: password, algorithm: algorithm)
                #expect(ha1(table, user, "localhost", algorithm) == expected)
            }
        }
        #expect(ha1(table, "ab", "c", .md5) == HA1.compute(user: "ab", realm: "c", password: "1", algorithm: .md5))
        #expect(ha1(table, "a", "bc", .md5) == HA1.compute(user: "a", realm: "bc", password: "2", algorithm: .md5))
        #expect(ha1(table, "abc", "", .md5) == nil)
        #expect(ha1(table, "user1", "other", .md5) == nil)
        #expect(ha1(table, "User1", "localhost", .md5) == nil)
    }

    @Test("a user whose SHA-256 hash is not known has the MD5 one alone")
    func oneHash() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("alice@c:d2d9c0c3ca4a29ceb2b1bdd0da3ffb93:-\n", to: "users")
        let table = try UserTable(path: path)
        #expect(ha1(table, "alice", "c", .md5Sess) != nil)
        #expect(ha1(table, "alice", "c", .sha256) == nil)
    }

    @Test("a user who is added, changed or removed is seen at the next reload; nothing is read when nothing changed")
    func reload() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        let table = try UserTable(path: folder.path("users"))
        #expect(table.count == 0)
        #expect(try table.reloadIfChanged() == false)
        try file.add(record("alice@c", "1"))
        #expect(ha1(table, "alice", "c", .md5) == nil)
        #expect(try table.reloadIfChanged())
        let first = ha1(table, "alice", "c", .md5)
        #expect(first != nil)
        #expect(try table.reloadIfChanged() == false)
        try file.update(record("alice@c", "2"))
        #expect(try table.reloadIfChanged())
        #expect(ha1(table, "alice", "c", .md5) != first)
        try file.remove(UserName(parsing: "alice@c"))
        #expect(try table.reloadIfChanged())
        #expect(table.count == 0)
    }

    @Test("a file that becomes unusable leaves the users as they are, and is complained about once")
    func brokenReload() throws {
        let folder = try TemporaryFolder()
        let file = UserFile(path: folder.path("users"))
        try file.add(record("alice@c", "1"))
        let table = try UserTable(path: folder.path("users"))
        try folder.write("nonsense\n", to: "users")
        #expect(throws: PrivateFileError.self) { try table.reloadIfChanged() }
        #expect(try table.reloadIfChanged() == false)
        #expect(table.count == 1)
        try folder.write("", to: "users")
        #expect(try table.reloadIfChanged())
        #expect(table.count == 0)
    }

    @Test("a table is not made of a file that others may read")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "users", mode: 0o644)
        #expect(throws: PrivateFileError.self) { try UserTable(path: path) }
    }
}
