import SIPTokens
import Testing

@testable import MoonwireServer

@Suite("The file of keys")
struct KeyFileTests {
    @Test("the first start makes keys that only the owner can read, and the next ones find them")
    func creating() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("var/keys")
        let ring = try KeyFile.loadOrCreate(path: path)
        #expect(folder.mode("var/keys") == 0o600)
        #expect(try KeyFile.loadOrCreate(path: path) == ring)
        let other = try KeyFile.loadOrCreate(path: folder.path("other"))
        #expect(other != ring)
    }

    @Test("servers that start at the same time agree on the keys")
    func racing() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("keys")
        let rings = try await withThrowingTaskGroup(of: KeyRing.self) { group in
            for _ in 0..<16 { group.addTask { try KeyFile.loadOrCreate(path: path) } }
            return try await group.reduce(into: Set<KeyRing>()) { $0.insert($1) }
        }
        #expect(rings.count == 1)
    }

    @Test("keys that others may read are no keys")
    func permissions() throws {
        let folder = try TemporaryFolder()
        let ring = KeyRing(randomBytes: SystemRandom.bytes(48))
        let path = try folder.write(ring.text(), to: "keys", mode: 0o640)
        let problem = "others may read it (mode 0640); run: chmod 600 \(path)"
        #expect(throws: PrivateFileError(path: path, problem: problem)) { try KeyFile.loadOrCreate(path: path) }
    }

    @Test(
        "a broken file is named with its line and left as it is",
        arguments: [("", 1), ("moonwire-token-keys 1\nx\n", 2)])
    func broken(_ text: String, _ line: Int) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "keys")
        let error = #expect(throws: PrivateFileError.self) { try KeyFile.loadOrCreate(path: path) }
        #expect(error?.description.hasPrefix("\(path):\(line): ") == true)
        #expect(try folder.text("keys") == text)
    }

    @Test("random bytes and the number of a run differ each time")
    func random() {
        #expect(SystemRandom.bytes(48).count == 48)
        #expect(SystemRandom.bytes(48) != SystemRandom.bytes(48))
        #expect(SystemRandom.bootID() != SystemRandom.bootID())
    }
}
