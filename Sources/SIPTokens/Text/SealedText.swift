import SIPSyntax

/// A token whose MAC is a SipHash: its text without the MAC, and the MAC that it claims.
///
/// The MAC covers the text itself, so that no bit of it can change unnoticed.
struct SealedText {
    /// The characters of a 64-bit MAC.
    static var macLength: Int { 11 }

    /// The hasher with the text absorbed, for what else the MAC covers.
    let hasher: SipHasher
    /// The fields' characters.
    let fields: ByteView
    private let claimed: UInt64

    /// Splits a token's text; nil when it is no token of this version or its key is unknown.
    init?(_ text: ByteView, _ purpose: TokenKey.Purpose, _ ring: borrowing KeyRing) {
        guard text.count > SealedText.macLength + 1, let first = TokenText.value(text[0]),
            first >> 4 == TokenWriter.version, let key = ring.sipKey(purpose, id: first & 15)
        else { return nil }
        let end = text.count - SealedText.macLength
        var mac = TokenReader(text.suffix(from: end))
        guard let claimed = mac.take(64), mac.isAtEnd else { return nil }
        self.claimed = claimed
        fields = text[1..<end]
        var hasher = SipHasher(key)
        hasher.absorb(text.prefix(end))
        self.hasher = hasher
    }

    /// Whether the claimed MAC is the one of `hasher`; one comparison of words, so its time tells nothing.
    func isSealed(by hasher: consuming SipHasher) -> Bool { hasher.finish64() == claimed }

    /// Ends a token's text: pads the fields, absorbs the text, lets `extra` absorb more, and writes the MAC.
    static func seal(
        _ writer: inout TokenWriter, _ key: SipKey, extra: (inout SipHasher) -> Void = { _ in }
    ) {
        writer.pad()
        var hasher = SipHasher(key)
        hasher.absorb(writer.text)
        extra(&hasher)
        writer.put(hasher.finish64(), bits: 64)
        writer.pad()
    }
}
