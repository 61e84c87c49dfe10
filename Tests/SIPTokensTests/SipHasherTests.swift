import SIPSyntax
import SIPTokens
import Testing

@Suite("SipHash-2-4")
struct SipHasherTests {
    static let key = SipKey(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)

    struct Vector: Sendable {
        var count: UInt8
        var short: UInt64
        var wide: (UInt64, UInt64)
    }

    /// Of the reference implementation's `vectors.h`: the input is 0, 1, 2, …; the words are big-endian here.
    static let vectors = [
        Vector(count: 0, short: 0x310e_0edd_47db_6f72, wide: (0xa381_7f04_ba25_a8e6, 0x6df6_7214_c755_0293)),
        Vector(count: 1, short: 0xfd67_dc93_c539_f874, wide: (0xda87_c1d8_6b99_af44, 0x3476_5911_9b22_fc45)),
        Vector(count: 2, short: 0x5a4f_a9d9_0980_6c0d, wide: (0x8177_228d_a4a4_5dc7, 0xfca3_8bde_f60a_ffe4)),
        Vector(count: 7, short: 0x37d1_018b_f500_02ab, wide: (0xa1f1_ebbe_d8db_c153, 0xc0b8_4aa6_1ff0_8239)),
        Vector(count: 8, short: 0x6224_939a_79f5_f593, wide: (0x3b62_a9ba_6258_f561, 0x0f83_e264_f314_97b4)),
        Vector(count: 15, short: 0xe545_be49_61ca_29a1, wide: (0x5493_e999_33b0_a811, 0x7e08_ec0f_97cf_c3d9)),
        Vector(count: 63, short: 0x7245_06eb_4c32_8a95, wide: (0x5150_d177_2f50_834a, 0x503e_069a_973f_bd7c)),
    ]

    @Test("the reference vectors of 64 and 128 bits", arguments: vectors)
    func reference(vector: Vector) {
        let input = Array(0..<vector.count)
        var short = SipHasher(Self.key)
        var wide = SipHasher(wide: Self.key)
        input.withByteView {
            short.absorb($0)
            wide.absorb($0)
        }
        #expect(short.finish64().byteSwapped == vector.short)
        let (low, high) = wide.finish128()
        #expect((low.byteSwapped, high.byteSwapped) == vector.wide)
    }

    @Test("the result does not depend on how the input is cut")
    func streaming() {
        let input = Array(0..<63 as Range<UInt8>)
        for cut in 0...63 {
            var hasher = SipHasher(Self.key)
            input.withByteView {
                hasher.absorb($0.prefix(cut))
                hasher.absorb($0.suffix(from: cut))
            }
            #expect(hasher.finish64().byteSwapped == 0x7245_06eb_4c32_8a95)
        }
        var mixed = SipHasher(Self.key)
        for byte in 0..<3 as Range<UInt8> { mixed.absorb(byte) }
        mixed.absorb(word: 0x0A09_0807_0605_0403)
        for byte in 11..<15 as Range<UInt8> { mixed.absorb(byte) }
        #expect(mixed.finish64().byteSwapped == 0xe545_be49_61ca_29a1)
    }

    @Test("neighbouring fields can't exchange bytes")
    func fields() {
        func hash(_ first: String, _ second: String) -> UInt64 {
            var hasher = SipHasher(Self.key)
            first.withByteView { hasher.absorb(field: $0) }
            second.withByteView { hasher.absorb(field: $0) }
            return hasher.finish64()
        }
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("abc", "") != hash("", "abc"))
    }
}
