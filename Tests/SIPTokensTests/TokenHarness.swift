import SIPSyntax
import SIPTokens

/// A ring whose key bytes follow from `seed`.
func ring(_ seed: UInt8 = 1) -> KeyRing { KeyRing(randomBytes: keyBytes(seed)) }

func keyBytes(_ seed: UInt8) -> [UInt8] { (0..<48).map { $0 &* 7 &+ seed } }

/// What `write` appends.
func text(_ write: (ByteWriter) -> Void) -> [UInt8] {
    let out = ByteWriter()
    write(out)
    return out.view.array
}

/// Every text that differs from `text` in one bit.
func flips(of text: [UInt8]) -> [[UInt8]] {
    (0..<text.count * 8).map { bit in
        var flipped = text
        flipped[bit / 8] ^= 1 << UInt8(bit % 8)
        return flipped
    }
}

/// Every proper prefix of `text`, and the text with one more character.
func wrongLengths(of text: [UInt8]) -> [[UInt8]] {
    (0..<text.count).map { Array(text.prefix($0)) } + [text + [UInt8(ascii: "A")]]
}

/// Whether all characters are letters, digits, `-` or `_`.
func isPlain(_ text: [UInt8]) -> Bool {
    text.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
}
