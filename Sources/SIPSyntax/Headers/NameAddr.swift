/// A From, To, Contact, Route, … element as a value (RFC 3261 §20.10).
public struct NameAddr: Hashable, Sendable {
    /// The display name without quotes and backslashes; nil without one.
    public var display: String?
    /// The URI.
    public var uri: SIPURI
    /// The header field's parameters, in order.
    public var parameters: [HeaderParameter]

    /// A name-addr of its parts.
    public init(display: String? = nil, uri: SIPURI, parameters: [HeaderParameter] = []) {
        self.display = display
        self.uri = uri
        self.parameters = parameters
    }

    /// A copy of one element; nil when it or its URI is malformed, and for `*`.
    public init?(copying text: ByteView) {
        guard let layout = NameAddrLayout(text), let uriText = layout.uri(in: text),
            let uri = SIPURI(copying: uriText)
        else { return nil }
        self.uri = uri
        display = layout.displayText(in: text).map { String(decoding: $0, as: UTF8.self) }
        parameters = []
        var iterator = layout.parameterIterator(in: text)
        while let parameter = iterator.next() {
            let value = text[ifPresent: parameter.value]
            parameters.append(
                HeaderParameter(
                    text[parameter.name].string, value.map { String(decoding: unquoted($0), as: UTF8.self) },
                    isQuoted: value?.isQuoted ?? false))
        }
    }

    /// The element that `text` is; nil when it or its URI is malformed.
    public init?(_ text: String) {
        guard let value = text.withByteView({ NameAddr(copying: $0) }) else { return nil }
        self = value
    }
}

extension NameAddr: CustomStringConvertible {
    /// The value of the first parameter of that name, an empty text for a flag; setting it replaces that parameter or
    /// adds one, and nil removes all of that name.
    public subscript(parameter name: String) -> String? {
        get { parameters.first { $0.isNamed(name) }.map { $0.value ?? "" } }
        set {
            let place = parameters.firstIndex { $0.isNamed(name) } ?? parameters.count
            parameters.removeAll { $0.isNamed(name) }
            if let newValue { parameters.insert(HeaderParameter(name, newValue), at: place) }
        }
    }

    /// The tag of a From or To (§19.3).
    public var tag: String? {
        get { self[parameter: "tag"] }
        set { self[parameter: "tag"] = newValue }
    }

    /// The strict form, `"display" <uri>;parameters`.
    public var description: String {
        var out: [UInt8] = []
        append(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends `"display" <uri>;parameters`; the URI is always in brackets.
    public func append(to out: inout [UInt8]) { write(to: &out) }

    /// Writes `"display" <uri>;parameters`; the URI is always in brackets.
    public func append(to writer: ByteWriter) {
        var out = writer
        write(to: &out)
    }

    private func write(to out: inout some ByteSink) {
        if let display, !display.isEmpty {
            appendQuoted(display.utf8, to: &out)
            out.append(UInt8(ascii: " "))
        }
        out.append(UInt8(ascii: "<"))
        uri.withView { out.append($0) }
        out.append(UInt8(ascii: ">"))
        for parameter in parameters { parameter.append(to: &out) }
    }
}
