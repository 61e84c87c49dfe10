public import SIPSyntax

extension RegistrationChange {
    /// Writes a Contact line for each current binding, as the 200 must have (RFC 3261 §10.3 step 8).
    ///
    /// - Parameter now: Unix seconds.
    public func writeContacts(to writer: ByteWriter, now: Int64) {
        for binding in current {
            writer.append("Contact: <")
            binding.blob.withContents { head, bytes in
                writer.append(bytes[head.contact])
                writer.append(">;expires=")
                writer.append(decimal: UInt64(max(head.expiresAt - now, 0)))
                if head.q != 1000 { write(q: head.q, to: writer) }
                if head.instanceCount > 0 {
                    writer.append(";+sip.instance=\"")
                    writer.append(bytes[head.instance])
                    writer.append(UInt8(ascii: "\""))
                }
                if head.regID > 0 {
                    writer.append(";reg-id=")
                    writer.append(decimal: UInt64(head.regID))
                }
            }
            writer.append("\r\n")
        }
    }

    /// Writes the Path line that the 200 repeats to a client that supports it (RFC 3327 §5.3); nothing without a Path.
    public func writePath(to writer: ByteWriter) {
        guard !path.isEmpty else { return }
        writer.append("Path: ")
        writer.append(path)
        writer.append("\r\n")
    }

    private func write(q: UInt16, to writer: ByteWriter) {
        writer.append(";q=")
        writer.append(QValue(thousandths: Int(q)).text)
    }
}
