/// A sip or sips URI taken apart, each piece escaped as it stands in the text.
struct URIPieces {
    var schemeName: [UInt8]
    var user: [UInt8]?
    var password: [UInt8]?
    var host: [UInt8]
    var port: UInt16?
    var parameters: [[UInt8]] = []
    var headers: [UInt8]?

    init(scheme: URIScheme, host: [UInt8]) {
        schemeName = scheme == .sips ? Array("sips".utf8) : Array("sip".utf8)
        self.host = host
    }

    init(_ text: ByteView, _ layout: URILayout) {
        schemeName = layout.schemeName(in: text).array
        user = layout.user(in: text)?.array
        password = layout.password(in: text)?.array
        host = layout.host(in: text)?.array ?? []
        port = layout.port
        headers = layout.headers(in: text)?.array
        guard let all = layout.parameters(in: text) else { return }
        for parameter in URIParameters(parameters: all) {
            parameters.append(all[parameter.name.lower..<parameter.end].array)
        }
    }

    /// The pieces put together.
    func assembled() -> [UInt8] {
        var out = schemeName
        out.append(UInt8(ascii: ":"))
        if let user {
            out += user
            if let password {
                out.append(UInt8(ascii: ":"))
                out += password
            }
            out.append(UInt8(ascii: "@"))
        }
        out += host
        if let port {
            out.append(UInt8(ascii: ":"))
            out.append(decimal: UInt64(port))
        }
        for parameter in parameters {
            out.append(UInt8(ascii: ";"))
            out += parameter
        }
        if let headers {
            out.append(UInt8(ascii: "?"))
            out += headers
        }
        return out
    }
}

extension URIPieces {
    /// The text with everything escaped that `allowed` lacks.
    static func escaped(_ text: String, _ allowed: ByteSet) -> [UInt8] {
        var out: [UInt8] = []
        EscapedText.append(text.utf8, allowed: allowed, to: &out)
        return out
    }

    /// `name=value`, or `name` for a flag.
    static func parameterBytes(_ name: String, _ value: String?) -> [UInt8] {
        var out = escaped(name, .parameter)
        if let value {
            out.append(UInt8(ascii: "="))
            EscapedText.append(value.utf8, allowed: .parameter, to: &out)
        }
        return out
    }

    /// Whether `name=value` has that name.
    static func parameter(_ parameter: [UInt8], isNamed name: String) -> Bool {
        parameter.withByteView { text in
            escaped(name, .parameter).withByteView { name in
                let found = URIParameter(in: text, from: 0, separator: UInt8(ascii: ";")).name
                return EscapedText.areEqualIgnoringCase(text[found], name)
            }
        }
    }

    /// A host as it stands in a URI, with brackets around an IPv6 address; nil when it is none.
    static func hostBytes(_ host: String) -> [UInt8]? {
        let isBareIPv6 = host.utf8.contains(UInt8(ascii: ":")) && host.utf8.first != UInt8(ascii: "[")
        let bytes = Array((isBareIPv6 ? "[\(host)]" : host).utf8)
        let end = bytes.withByteView { URILayout.endOfHost($0, from: 0) }
        return end == bytes.count ? bytes : nil
    }
}
