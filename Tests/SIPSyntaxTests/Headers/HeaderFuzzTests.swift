import SIPSyntax
import Testing

@Suite("Mutated header fields and URIs")
struct HeaderFuzzTests {
    /// A small generator, so that a failure can be run again.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let alphabet = Array("sip:tel@[]<>\"\\;,=?&%41 \r\n\t*/.:-+aZ0(){}|~\u{0}\u{7F}ü".utf8)

    private func mutated(_ seed: String, _ generator: inout Generator) -> [UInt8] {
        var bytes = Array(seed.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let byte = Self.alphabet.randomElement(using: &generator) ?? 0
            let place = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes[place] = byte
            default: if place < bytes.count { bytes.remove(at: place) }
            }
        }
        return bytes
    }

    /// Every part must lie within the text and be what the strict form says it is.
    private func check(_ text: ByteView) {
        if let layout = URILayout(text) {
            for range in [layout.user, layout.password, layout.host, layout.parameters, layout.headers, layout.opaque]
            where range.isPresent {
                #expect(range.upper <= text.count)
            }
            let uri = SIPURI(copying: text)
            #expect(uri != nil && uri == uri)
            if let uri, let address = AddressOfRecord(uri: uri) {
                #expect(AddressOfRecord(address.description) == address, "\(text.string)")
            }
        }
        if let layout = NameAddrLayout(text) { #expect(layout.isStar || layout.uri.upper <= text.count) }
        // What is written must read as what was written.
        if let value = NameAddr(copying: text) {
            #expect(NameAddr(value.description)?.description == value.description, "\(text.string)")
        }
        if let layout = ViaLayout(text) { #expect(layout.host.upper <= text.count && !layout.host.isEmpty) }
        var elements = HeaderElements(text)
        while let range = elements.next() { #expect(range.upper <= text.count && !range.isEmpty) }
        if var parameters = AuthenticationParameters(text) {
            while let parameter = parameters.next() { #expect(parameter.value.upper <= text.count) }
        }
        _ = CSeqValue(text)
        _ = QValue(text)
        _ = RetryAfter(text)
        _ = ReasonValue(text)
        _ = SDPSummary(text)
    }

    @Test("no mutation traps, and what is taken is consistent")
    func mutations() {
        var generator = Generator(state: 0x2545_F491_4F6C_DD1D)
        let seeds =
            URIParsingTests.vectors.map(\.text) + NameAddrTests.vectors.map(\.text) + ViaTests.vectors.map(\.text)
            + ["Digest a=\"b,c\", d=e", "1 INVITE", "5 (x);duration=1", "SIP;cause=1;text=\"x\"", "v=0\nm=a 1 b c"]
        for _ in 0..<300 {
            for seed in seeds { mutated(seed, &generator).withByteView { check($0) } }
        }
    }
}
