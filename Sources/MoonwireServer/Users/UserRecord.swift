public import SIPAuthentication
import SIPSyntax

/// A digest user as the file has it: hashes of the password, never the password.
///
/// A line of the file is `name@realm:MD5:SHA256` with the HA1 values (RFC 7616 §3.4.2) in hexadecimal digits; a hash
/// that isn't known, as when users come from a server that kept MD5 only, is `-`.
public struct UserRecord: Hashable, Sendable {
    public var user: UserName
    public var md5: DigestValue?
    public var sha256: DigestValue?

    /// The user with the hashes of a password.
    public init(user: UserName, password: String) {
        self.user = user
        md5 = HA1.compute(user: user.name, realm: user.realm, password: password, algorithm: .md5)
        sha256 = HA1.compute(user: user.name, realm: user.realm, password: password, algorithm: .sha256)
    }

    /// Reads a line; the error says what is wrong.
    init(line: String) throws(UserError) {
        // A realm may have colons in it, so the hashes are counted from the end.
        let parts = line.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { throw UserError("not name@realm:MD5:SHA256") }
        let user = parts.dropLast(2).joined(separator: ":")
        guard user.contains("@") else { throw UserError("`\(user)` has no realm; write it like alice@example.com") }
        self.user = try UserName(parsing: user)
        md5 = try UserRecord.hash(parts[parts.count - 2], "MD5", bytes: 16)
        sha256 = try UserRecord.hash(parts[parts.count - 1], "SHA-256", bytes: 32)
        guard md5 != nil || sha256 != nil else { throw UserError("there is no hash; set a password") }
    }

    private static func hash(_ digits: Substring, _ name: String, bytes: Int) throws(UserError) -> DigestValue? {
        if digits == "-" { return nil }
        guard let value = String(digits).withByteView({ DigestValue(hex: $0) }), Int(value.byteCount) == bytes else {
            throw UserError("the \(name) hash is not \(bytes * 2) hexadecimal digits or -")
        }
        return value
    }

    /// The line for the file, without its end.
    var line: String { "\(user):\(UserRecord.text(md5)):\(UserRecord.text(sha256))" }

    private static func text(_ hash: DigestValue?) -> String {
        hash.map { String(decoding: $0.hex, as: UTF8.self) } ?? "-"
    }
}
