/// A canonical address-of-record, `sip:user@host`: what a registrar's table is keyed by (RFC 3261 §10.3).
///
/// sip and sips URIs of the same user and host give the same address-of-record, and so do all spellings of them.
public struct AddressOfRecord: Hashable, Sendable {
    /// The canonical text, as `URILayout.appendAddressOfRecord` writes it.
    public let bytes: [UInt8]

    /// The address-of-record of a sip or sips URI; nil for another scheme.
    public init?(uri: SIPURI) {
        var out: [UInt8] = []
        let isSIP = uri.bytes.withByteView { uri.layout.appendAddressOfRecord(in: $0, to: &out) }
        guard isSIP else { return nil }
        bytes = out
    }

    /// The address-of-record of the sip or sips URI that `text` is.
    public init?(_ text: ByteView) {
        guard let layout = URILayout(text) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        guard layout.appendAddressOfRecord(in: text, to: &out) else { return nil }
        bytes = out
    }

    /// The address-of-record of the sip or sips URI that `text` is.
    public init?(_ text: String) {
        guard let address = text.withByteView({ AddressOfRecord($0) }) else { return nil }
        self = address
    }
}

extension AddressOfRecord: CustomStringConvertible {
    /// The canonical text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The user, unescaped; nil for a host alone.
    public var user: String? {
        guard let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let user = bytes[4..<at].withUnsafeBytes { EscapedText.unescaped(ByteView($0)) }
        return String(decoding: user, as: UTF8.self)
    }

    /// The host in small letters; an IPv6 address in brackets.
    public var host: String {
        let start = bytes.lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? 4
        return String(decoding: bytes[start...], as: UTF8.self)
    }
}
