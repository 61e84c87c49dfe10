public import SIPSyntax

/// The hash algorithms of Digest authentication that are supported (RFC 7616 §3.2, RFC 8760 §2.1).
///
/// SHA-512-256 is missing because the cryptographic library has no SHA-512/256; a challenge with it is passed over.
public enum DigestAlgorithm: UInt8, Hashable, Sendable, CaseIterable {
    case md5
    /// MD5 with a session key (RFC 7616 §3.4.2).
    case md5Sess
    case sha256
    /// SHA-256 with a session key.
    case sha256Sess

    /// All, the strongest first: the order in which RFC 8760 §2.3 wants challenges.
    public static let strongestFirst: [DigestAlgorithm] = [.sha256Sess, .sha256, .md5Sess, .md5]

    /// As the `algorithm` parameter spells it.
    public var name: StaticString {
        switch self {
        case .md5: "MD5"
        case .md5Sess: "MD5-sess"
        case .sha256: "SHA-256"
        case .sha256Sess: "SHA-256-sess"
        }
    }

    /// The algorithm that an `algorithm` parameter names, in any case.
    public init?(_ name: ByteView) {
        for candidate in DigestAlgorithm.allCases where name.equalsIgnoringCase(candidate.name) {
            self = candidate
            return
        }
        return nil
    }

    /// Whether HA1 is hashed again with nonce and cnonce.
    @inlinable
    public var isSession: Bool { self == .md5Sess || self == .sha256Sess }

    /// The algorithm without the session key: what a stored HA1 was made with.
    @inlinable
    public var hash: DigestAlgorithm {
        switch self {
        case .md5, .md5Sess: .md5
        case .sha256, .sha256Sess: .sha256
        }
    }

    /// The length of a hash in bytes.
    @inlinable
    public var byteCount: Int { hash == .md5 ? 16 : 32 }
}

/// A set of algorithms, for configurations.
public struct DigestAlgorithmSet: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public init(_ algorithm: DigestAlgorithm) { rawValue = 1 << algorithm.rawValue }

    /// SHA-256 and MD5, without session keys: what RFC 8760 asks for and what phones know.
    public static let standard: DigestAlgorithmSet = [DigestAlgorithmSet(.sha256), DigestAlgorithmSet(.md5)]
    /// Everything that is supported.
    public static let all = DigestAlgorithmSet(rawValue: 0b1111)

    public func contains(_ algorithm: DigestAlgorithm) -> Bool { contains(DigestAlgorithmSet(algorithm)) }

    /// The members, the strongest first.
    public var strongestFirst: [DigestAlgorithm] { DigestAlgorithm.strongestFirst.filter { contains($0) } }
}
