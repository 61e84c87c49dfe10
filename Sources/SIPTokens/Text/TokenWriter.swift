import SIPSyntax

/// Writes the text of a token: a character with version and key id, fields as a run of bits in base64url characters,
/// and the MAC.
///
/// The text holds letters, digits, `-` and `_` alone: safe in a Via branch, a URI's user part and a URI parameter.
struct TokenWriter {
    /// The version of the token formats: part of the first character.
    static var version: UInt8 { 1 }

    private let out: ByteWriter
    /// Where the token begins in `out`.
    let start: Int
    private var held: UInt64 = 0
    private var heldBits: UInt64 = 0
    /// Up to eight characters that wait to be written together: one append each would cost more than the rest.
    private var characters: UInt64 = 0
    private var characterBits: UInt64 = 0

    init(to out: ByteWriter, keyID: UInt8) {
        self.out = out
        start = out.count
        emit(UInt64(TokenWriter.version << 4 | keyID & 15))
    }

    /// Writes the lowest `bits` bits of `value`, up to 64.
    mutating func put(_ value: UInt64, bits: UInt64) {
        if bits > 32 {
            putShort(value >> 32, bits &- 32)
            putShort(value, 32)
        } else {
            putShort(value, bits)
        }
    }

    private mutating func putShort(_ value: UInt64, _ bits: UInt64) {
        held = held << bits | value & (1 << bits &- 1)
        heldBits &+= bits
        while heldBits >= 6 {
            heldBits &-= 6
            emit(held >> heldBits)
        }
    }

    private mutating func emit(_ value: UInt64) {
        characters |= UInt64(TokenText.character(UInt8(truncatingIfNeeded: value & 63))) << characterBits
        characterBits &+= 8
        if characterBits == 64 { flush() }
    }

    private mutating func flush() {
        var word = characters.littleEndian
        withUnsafeBytes(of: &word) { out.append(ByteView($0).prefix(Int(characterBits / 8))) }
        characters = 0
        characterBits = 0
    }

    /// Fills the last character with zero bits, and writes what waits.
    mutating func pad() {
        if heldBits > 0 { putShort(0, 6 &- heldBits) }
        flush()
    }

    /// What was written up to the last `pad`.
    var text: ByteView { out.view.suffix(from: start) }
}

/// Reads the fields of a token's text, bit for bit as they were written.
struct TokenReader {
    private let text: ByteView
    private var position: Int
    private var held: UInt64 = 0
    private var heldBits: UInt64 = 0

    /// Reads from the characters of `text`.
    init(_ text: ByteView) {
        self.text = text
        position = 0
    }

    /// The next `bits` bits, up to 64; nil at the end of the text or at a character that no token has.
    mutating func take(_ bits: UInt64) -> UInt64? {
        guard bits > 32 else { return takeShort(bits) }
        guard let high = takeShort(bits &- 32), let low = takeShort(32) else { return nil }
        return high << 32 | low
    }

    private mutating func takeShort(_ bits: UInt64) -> UInt64? {
        while heldBits < bits {
            guard position < text.count, let value = TokenText.value(text[position]) else { return nil }
            held = held << 6 | UInt64(value)
            heldBits &+= 6
            position &+= 1
        }
        heldBits &-= bits
        return held >> heldBits & (1 << bits &- 1)
    }

    /// Whether everything was read, and the rest of the last character is zero: a token has one spelling.
    var isAtEnd: Bool { position == text.count && held & (1 << heldBits &- 1) == 0 }
}

/// The alphabet of tokens: base64url (RFC 4648 §5).
enum TokenText {
    static func character(_ value: UInt8) -> UInt8 {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return alphabet.utf8Start[Int(value & 63)]
    }

    /// The six bits that a character stands for; without branches, which random characters would mislead.
    @inline(__always)
    static func value(_ character: UInt8) -> UInt8? {
        let upper = character &- 0x41
        let lower = character &- 0x61
        let digit = character &- 0x30
        var value: UInt8 = upper < 26 ? upper : 0xFF
        value = lower < 26 ? lower &+ 26 : value
        value = digit < 10 ? digit &+ 52 : value
        value = character == UInt8(ascii: "-") ? 62 : value
        value = character == UInt8(ascii: "_") ? 63 : value
        return value == 0xFF ? nil : value
    }
}
