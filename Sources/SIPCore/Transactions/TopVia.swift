import SIPSyntax
import SIPTokens
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
    /// Whether the branch may be one of ours: the request may have been here before.
    let looksOurs: Bool
    /// Whether the sender is where it believes to be: its sent-by is the source.
    let isDirect: Bool
    /// A hash over branch and sent-by, to be completed with the method (§17.2.3).
    let hasher: SipHasher

    init(_ text: ByteView, _ layout: ViaLayout, _ flow: Flow, isOnly: Bool, key: SipKey) {
        self.isOnly = isOnly
        let branch = layout.branch(in: text) ?? .empty
        var hasher = SipHasher(wide: key)
        hasher.absorb(field: branch)
        hasher.absorb(field: layout.host(in: text))
        hasher.absorb(word: UInt64(layout.sentByPortOrDefault))
        self.hasher = hasher
        hasCookie = branch.hasPrefix("z9hG4bK")
        looksOurs = BranchToken.looksOurs(branch)
        let isSourceNamed = IPAddress(layout.host(in: text)) == flow.remote.ip
        needsReceived = !isSourceNamed || layout.hasRport
        needsRport = layout.hasRport
        isDirect = isSourceNamed && layout.sentByPortOrDefault == flow.remote.port
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
