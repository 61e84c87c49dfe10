import SIPSyntax
public import SIPTokens

/// The file of the keys that tokens are made with, `var/keys`: made at the first start, mode 0600.
///
/// Nodes that share it accept each other's tokens; `KeyRing` describes its text.
public enum KeyFile {
    /// The keys of the file, which is made when there is none.
    public static func loadOrCreate(path: String) throws(PrivateFileError) -> KeyRing {
        let file = PrivateFile(path)
        if let ring = try read(file) { return ring }
        return try file.withLock { () throws(PrivateFileError) -> KeyRing in
            // Another server may have been faster.
            if let ring = try read(file) { return ring }
            let ring = KeyRing(randomBytes: SystemRandom.bytes(48))
            try file.replace(with: ring.text())
            return ring
        }
    }

    private static func read(_ file: PrivateFile) throws(PrivateFileError) -> KeyRing? {
        guard let (bytes, _) = try file.read() else { return nil }
        do throws(KeyRingError) {
            return try bytes.withByteView { view throws(KeyRingError) in try KeyRing(parsing: view) }
        } catch {
            throw file.failure(
                "\(error.reason); restore the file, or remove it to get new keys (dialogs and registrations of now "
                    + "will have to be made anew)", line: error.line)
        }
    }
}

/// Random values from the system.
public enum SystemRandom {
    /// So many random bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) }
    }

    /// A number for this run of the server, by which tokens know connections of an earlier one; never 0.
    public static func bootID() -> UInt64 { UInt64.random(in: 1...UInt64.max) }
}
