import SIPSyntax
import SIPTransaction

/// What the top Via of a request says about the way back.
struct TopVia {
    /// Where responses go (§18.2.2, RFC 3581 §4).
    let responseFlow: Flow
    /// Whether the source differs from sent-by, so that `received` is due (§18.2.1).
    let needsReceived: Bool
    /// Whether the sender asked for its port (RFC 3581).
    let needsRport: Bool
    /// Whether the Via field has no second value.
    let isOnly: Bool
    /// Whether the branch begins with the magic cookie (§8.1.1.7).
    let hasCookie: Bool

    init(_ text: ByteView, _ layout: ViaLayout, _ flow: Flow, isOnly: Bool) {
        self.isOnly = isOnly
        let isSourceNamed = IPAddress(layout.host(in: text)) == flow.remote.ip
        needsReceived = !isSourceNamed || layout.hasRport
        needsRport = layout.hasRport
        hasCookie = layout.branch(in: text)?.hasPrefix("z9hG4bK") ?? false
        var back = flow
        if !flow.transport.isReliable {
            if !layout.hasRport { back.remote.port = layout.sentByPortOrDefault }
            // §18.2.2: maddr wins over the source.
            if let maddr = layout.maddr(in: text), let address = IPAddress(maddr) {
                back.remote.ip = address
                back.remote.port = layout.sentByPortOrDefault
            }
        }
        responseFlow = back
    }

    /// Writes the Via value again with `received` and `rport` as seen here; whatever the sender wrote there is dropped.
    func write(_ text: ByteView, _ layout: ViaLayout, _ flow: Flow, to out: ByteWriter) {
        guard layout.parameters.isPresent else {
            out.append(text)
            return append(flow, to: out)
        }
        out.append(text.prefix(layout.parameters.lower - 1).trimmed)
        var parameters = ParameterIterator(text: text, part: layout.parameters)
        while let parameter = parameters.next() {
            let name = text[parameter.name]
            if name.equalsIgnoringCase("rport") || name.equalsIgnoringCase("received") { continue }
            out.append(UInt8(ascii: ";"))
            out.append(name)
            if parameter.value.isPresent {
                out.append(UInt8(ascii: "="))
                out.append(text[parameter.value])
            }
        }
        append(flow, to: out)
    }

    private func append(_ flow: Flow, to out: ByteWriter) {
        if needsReceived {
            out.append(";received=")
            out.append(flow.remote.ip)
        }
        if needsRport {
            out.append(";rport=")
            out.append(decimal: UInt64(flow.remote.port))
        }
    }
}
