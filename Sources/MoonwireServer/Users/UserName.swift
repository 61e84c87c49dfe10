import SIPSyntax

/// A digest user's name and realm.
public struct UserName: Hashable, Sendable {
    /// The name, as the client gives it in `username`.
    public var name: String
    /// The realm; here always a domain of the server's.
    public var realm: String

    /// Reads `alice@example.com`; `alice` alone is of the realm `usual`. A realm that is one of `domains` in other
    /// capitals becomes that one, since the hash of a password covers the realm as the server spells it.
    public init(parsing text: String, usual: String? = nil, domains: [String] = []) throws(UserError) {
        let at = text.firstIndex(of: "@")
        name = String(text[..<(at ?? text.endIndex)])
        guard let realm = at.map({ String(text[text.index(after: $0)...]) }) ?? usual else {
            throw UserError("`\(text)` has no realm; write it like alice@example.com")
        }
        self.realm = domains.first { $0 == realm.lowercased() } ?? realm
        let part = name.isEmpty || !UserName.isValid(name) || name.contains(":") ? "name" : "realm"
        guard part == "realm", !realm.isEmpty, UserName.isValid(realm) else {
            throw UserError(
                "`\(text)`: the \(part) must not be empty or have blanks, quotation marks, \\, <, > or control "
                    + "characters in it; a name must not have a colon either")
        }
    }

    /// What can stand in a quoted string without escapes and in a line of the file.
    private static func isValid(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && !"\"\\<>".utf8.contains(byte)
        } && !text.contains("@")
    }
}

extension UserName: CustomStringConvertible {
    public var description: String { "\(name)@\(realm)" }
}

/// Why a user can't be added, changed or removed: what is wrong and what to do.
public struct UserError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ problem: String) { description = problem }
}
