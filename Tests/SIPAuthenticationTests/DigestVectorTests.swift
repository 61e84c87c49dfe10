import SIPAuthentication
import SIPSyntax
import Testing

@Suite("Digest responses (RFC 7616 §3.4.1)")
struct DigestVectorTests {
    func hex(_ value: DigestValue) -> String { String(decoding: value.hex, as: UTF8.self) }

    @Test(
        "the examples of RFC 7616 §3.9.1",
        arguments: [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ])
    func rfc7616(algorithm: DigestAlgorithm, response: String) {
        let ha1 = HA1.compute(
            user: "Mufasa", realm: "http-auth@example.org", password: "Circle of Life", algorithm: algorithm)
        let input = DigestInput(
            algorithm: algorithm, method: ByteView("GET"), uri: ByteView("/dir/index.html"),
            nonce: ByteView("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"), protection: .auth,
            nonceCount: ByteView("00000001"),
            clientNonce: ByteView("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"))
        #expect(hex(input.response(ha1: ha1)) == response)
    }

    @Test("the example of RFC 2617 §3.5, and the same without qop (RFC 2069)")
    func rfc2617() {
        let ha1 = HA1.compute(
            user: "Mufasa", realm: "testrealm@host.com", password: "Circle Of Life", algorithm: .md5)
        #expect(hex(ha1) == "939e7578ed9e3c518a452acee763bce9")
        var input = DigestInput(
            algorithm: .md5, method: ByteView("GET"), uri: ByteView("/dir/index.html"),
            nonce: ByteView("dcd98b7102dd2f0e8b11d0f600bfb0c093"), protection: .auth,
            nonceCount: ByteView("00000001"), clientNonce: ByteView("0a4f113b"))
        #expect(hex(input.response(ha1: ha1)) == "6629fae49393a05397450978507c4ef1")
        input.protection = .none
        #expect(hex(input.response(ha1: ha1)) == "670fd8c2df070c60b045671b8b24ff02")
    }

    /// Computed with another implementation.
    static let matrix: [(DigestAlgorithm, DigestInput.Protection, String)] = [
        (.md5, .none, "bf57e4e0d0bffc0fbaedce64d59add5e"),
        (.md5, .auth, "da61920429f958b1fe4eb4f5eebbc2cf"),
        (.md5, .authInt, "9855c80e3610fac8933f2c676a44cb4b"),
        (.md5Sess, .none, "fff17611bcbbf00c9116a2c922dea8e1"),
        (.md5Sess, .auth, "c0a5870829c575198432ba651b8a41de"),
        (.md5Sess, .authInt, "00ee96738abb1ce19ad845eae2775d15"),
        (.sha256, .none, "38aad98c50c33abe72c5f88dd17246ffcfa6b1f68852c855719ff0659386c0ca"),
        (.sha256, .auth, "a0e65c11fd66ca05992cce3870640a3bf3b9cbec4819ab4d69d0065c2133db16"),
        (.sha256, .authInt, "a2ec5c104d4e195ec9e0c8aecf6f20cf4a692a670134289d0bcee973e8a6f7fd"),
        (.sha256Sess, .none, "2ceb74b5bf787a27f00a80b94f397228de1a9bab1c3c56b7c6f984cf9f3ffdf7"),
        (.sha256Sess, .auth, "8a60b78646a6e353ae8f4bfb727dca7b5f00f7f94f9ff2fc2aff7e192999cc04"),
        (.sha256Sess, .authInt, "7dcf1cf1b00925794110d603812151ab9c4ca20a747c9d6c4a97fdc321ca8445"),
    ]

    @Test("every algorithm with every protection", arguments: matrix)
    func combination(algorithm: DigestAlgorithm, protection: DigestInput.Protection, response: String) {
        let ha1 = HA1.compute(user: "bob", realm: "biloxi.com", password: "zanzibar", algorithm: algorithm)
        let input = DigestInput(
            algorithm: algorithm, method: ByteView("INVITE"), uri: ByteView("sip:bob@biloxi.com"),
            nonce: ByteView("dcd98b7102dd2f0e8b11d0f600bfb0c093"), protection: protection,
            nonceCount: ByteView("0000000a"), clientNonce: ByteView("0a4f113b"), body: ByteView("v=0\r\n"))
        #expect(hex(input.response(ha1: ha1)) == response)
    }

    @Test("a value is read back from its digits, in either case")
    func digits() throws {
        let text = "00ff10a9b8c7d6e5f4030201fedcba98"
        let value = try #require(text.withByteView { DigestValue(hex: $0) })
        #expect(hex(value) == text)
        #expect(text.uppercased().withByteView { DigestValue(hex: $0) } == value)
        let long = try #require((text + text).withByteView { DigestValue(hex: $0) })
        #expect(hex(long) == text + text)
        #expect(long != value)
        for wrong in ["", "00", String(text.dropLast()) + "g", text + "0"] {
            #expect(wrong.withByteView { DigestValue(hex: $0) } == nil)
        }
    }

    @Test("the algorithm's name is read in any case, and unknown ones are refused")
    func names() {
        for algorithm in DigestAlgorithm.allCases { #expect(DigestAlgorithm(ByteView(algorithm.name)) == algorithm) }
        #expect(DigestAlgorithm(ByteView("md5-SESS")) == .md5Sess)
        #expect(DigestAlgorithm(ByteView("SHA-512-256")) == nil)
    }
}
