import Crypto
import SIPSyntax

/// A hash function of Digest, and how its result becomes a value.
protocol DigestFunction: HashFunction {
    static func value(of digest: Digest) -> DigestValue
}

extension Insecure.MD5: DigestFunction {
    static func value(of digest: Insecure.MD5Digest) -> DigestValue {
        digest.withUnsafeBytes { DigestValue(bytes: $0) }
    }
}

extension SHA256: DigestFunction {
    static func value(of digest: SHA256Digest) -> DigestValue {
        digest.withUnsafeBytes { DigestValue(bytes: $0) }
    }
}

/// Hashes the colon-separated parts that Digest is made of.
struct DigestHash<Function: DigestFunction> {
    private var function = Function()

    /// Absorbs parts with a colon between each two.
    mutating func absorb(_ first: ByteView, _ second: ByteView, _ third: ByteView? = nil) {
        absorb(first)
        absorbColon()
        absorb(second)
        guard let third else { return }
        absorbColon()
        absorb(third)
    }

    mutating func absorb(_ part: ByteView) { function.update(bufferPointer: part.rawBuffer) }

    mutating func absorbColon() { absorb(ByteView(":")) }

    consuming func finish() -> DigestValue { Function.value(of: function.finalize()) }
}
