extension URILayout {
    /// Appends the canonical address-of-record of a sip or sips URI, `sip:user@host`: the key of a registrar
    /// (RFC 3261 §10.3 step 5). Returns false, and appends nothing, for another scheme.
    ///
    /// The user is unescaped, but for bytes that the grammar has only escaped in a user (§25.1: controls, space, `%`, `@`,
    /// `:`, UTF-8, …), so that equal users give equal bytes and the result is a strict URI again. The host is in small letters, an IPv6 address in the
    /// form of RFC 5952. Password, port, parameters and headers are left out.
    @discardableResult
    public func appendAddressOfRecord(in text: ByteView, to out: inout [UInt8]) -> Bool {
        writeAddressOfRecord(in: text, to: &out)
    }

    /// Writes the canonical address-of-record of a sip or sips URI; false, and nothing, for another scheme.
    @discardableResult
    public func appendAddressOfRecord(in text: ByteView, to writer: ByteWriter) -> Bool {
        var out = writer
        return writeAddressOfRecord(in: text, to: &out)
    }

    @inline(__always)
    private func writeAddressOfRecord(in text: ByteView, to out: inout some ByteSink) -> Bool {
        guard scheme.isSIP else { return false }
        out.append("sip:")
        if user.isPresent {
            URILayout.writeCanonicalUser(text[user], to: &out)
            out.append(UInt8(ascii: "@"))
        }
        URILayout.writeCanonicalHost(text[host], to: &out)
        return true
    }

    private static func writeCanonicalUser(_ user: ByteView, to out: inout some ByteSink) {
        var reader = EscapedText(user)
        while let byte = reader.next()?.byte {
            if ByteSet.user.contains(byte) { out.append(byte) } else { EscapedText.appendEscape(of: byte, to: &out) }
        }
    }

    private static func writeCanonicalHost(_ host: ByteView, to out: inout some ByteSink) {
        if host[0] == UInt8(ascii: "["), let address = IPAddress(host) {
            for byte in address.textBytes(bracketed: true) { out.append(byte) }
            return
        }
        for index in 0..<host.count { out.append(ASCII.lowercased(host[index])) }
    }
}
