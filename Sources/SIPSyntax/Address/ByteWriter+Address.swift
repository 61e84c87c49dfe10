extension ByteWriter {
    /// Appends a numeric address as it stands in a Via's `received`: IPv6 without brackets.
    public func append(_ address: IPAddress) {
        guard !address.isIPv6 else {
            append(address.textBytes(bracketed: false))
            return
        }
        for part in 0..<4 {
            if part > 0 { append(UInt8(ascii: ".")) }
            append(decimal: address.low >> UInt64(24 - 8 * part) & 255)
        }
    }
}
