import SIPAuthentication
import SIPSyntax

/// The users of one reading of the file, made for look-ups by bytes: an open-addressed hash table that allocates
/// nothing when asked.
struct UserSnapshot: Sendable {
    private struct Entry {
        /// Where `name` and, behind it, `realm` stand in `text`.
        var start: Int
        var nameCount: Int
        var realmCount: Int
        var md5: DigestValue?
        var sha256: DigestValue?
    }

    private var text: [UInt8] = []
    private var entries: [Entry] = []
    /// Positions in `entries` plus 1; 0 is free. A power of two, at most half full.
    private var slots: [UInt32]

    init(_ records: [UserRecord] = []) {
        var size = 8
        while size < records.count * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for record in records { insert(record) }
    }

    /// How many users there are.
    var count: Int { entries.count }

    /// The hash of a user's password, for `algorithm.hash`; nil for an unknown user.
    func ha1(user: ByteView, realm: ByteView, algorithm: DigestAlgorithm) -> DigestValue? {
        var slot = UserSnapshot.hash(user, realm) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot]) - 1]
            if matches(entry, user, realm) { return algorithm.hash == .md5 ? entry.md5 : entry.sha256 }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func matches(_ entry: Entry, _ user: ByteView, _ realm: ByteView) -> Bool {
        guard entry.nameCount == user.count, entry.realmCount == realm.count else { return false }
        return text.withByteView { text in
            let name = text[entry.start..<entry.start + entry.nameCount]
            let end = entry.start + entry.nameCount
            return name.equals(user) && text[end..<end + entry.realmCount].equals(realm)
        }
    }

    private mutating func insert(_ record: UserRecord) {
        let (name, realm) = (Array(record.user.name.utf8), Array(record.user.realm.utf8))
        entries.append(
            Entry(
                start: text.count, nameCount: name.count, realmCount: realm.count, md5: record.md5,
                sha256: record.sha256))
        text += name
        text += realm
        var slot = name.withByteView { name in realm.withByteView { UserSnapshot.hash(name, $0) } } & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(entries.count)
    }

    /// Seeded for each process, so that nobody can choose names that collide.
    private static func hash(_ user: ByteView, _ realm: ByteView) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: user.rawBuffer)
        hasher.combine(user.count)
        hasher.combine(bytes: realm.rawBuffer)
        return hasher.finalize()
    }
}
