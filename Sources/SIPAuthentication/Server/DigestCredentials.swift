public import SIPSyntax

/// The value of an Authorization or Proxy-Authorization header field (RFC 3261 §20.7, RFC 7616 §3.4).
///
/// A view of the message's bytes, to be used while they are there.
public struct DigestCredentials {
    public private(set) var username = AuthValue.empty
    public private(set) var realm = AuthValue.empty
    public private(set) var nonce = AuthValue.empty
    /// The `uri` parameter. Whether it fits the Request-URI is the caller's to judge (§22.4): a proxy on the way may
    /// have changed the latter.
    public private(set) var uri = AuthValue.empty
    public private(set) var opaque = AuthValue.empty
    public private(set) var clientNonce = AuthValue.empty
    public private(set) var algorithm = DigestAlgorithm.md5
    public private(set) var protection = DigestInput.Protection.none
    /// The eight digits of `nc`, as they are hashed.
    public private(set) var nonceCountText = ByteView.empty
    /// The value of `nc`; 0 when there is none.
    public private(set) var nonceCount: UInt32 = 0
    /// The response that the client claims.
    public private(set) var response = DigestValue()
    /// False when the algorithm or the qop is none that is known: nothing can be checked then.
    public private(set) var isSupported = true

    private var present: Fields = []

    /// Reads a header field's value; nil when it is no Digest, lacks a parameter, or has one twice.
    public init?(_ value: ByteView) {
        guard var parameters = AuthParameters(digest: value) else { return nil }
        while let parameter = parameters.next() {
            guard take(parameter.name, parameter.value) else { return nil }
        }
        guard !parameters.isMalformed, present.isSuperset(of: .required) else { return nil }
        if present.contains(.qop), !present.isSuperset(of: [.nonceCount, .clientNonce]) { return nil }
        if algorithm.isSession, !present.contains(.clientNonce) { return nil }
        if isSupported, Int(response.byteCount) != algorithm.byteCount { return nil }
    }

    /// What the response was computed from.
    public func input(method: ByteView, body: ByteView) -> DigestInput {
        DigestInput(
            algorithm: algorithm, method: method, uri: uri.raw, nonce: nonce.raw, protection: protection,
            nonceCount: nonceCountText, clientNonce: clientNonce.raw, body: body)
    }
}

extension DigestCredentials {
    private struct Fields: OptionSet {
        let rawValue: UInt16

        static let username = Fields(rawValue: 1)
        static let realm = Fields(rawValue: 2)
        static let nonce = Fields(rawValue: 4)
        static let uri = Fields(rawValue: 8)
        static let response = Fields(rawValue: 16)
        static let algorithm = Fields(rawValue: 32)
        static let clientNonce = Fields(rawValue: 64)
        static let opaque = Fields(rawValue: 128)
        static let qop = Fields(rawValue: 256)
        static let nonceCount = Fields(rawValue: 512)
        static let required: Fields = [.username, .realm, .nonce, .uri, .response]
    }

    /// Keeps a parameter; false when it is malformed or was there before. Unknown ones are passed over.
    private mutating func take(_ name: ByteView, _ value: AuthValue) -> Bool {
        switch name.count {
        case 8:
            if name.equalsIgnoringCase("response") { return takeResponse(value.raw) }
            return name.equalsIgnoringCase("username") ? keep(.username, value) : true
        case 5:
            if name.equalsIgnoringCase("nonce") { return keep(.nonce, value) }
            return name.equalsIgnoringCase("realm") ? keep(.realm, value) : true
        case 3:
            if name.equalsIgnoringCase("uri") { return keep(.uri, value) }
            return name.equalsIgnoringCase("qop") ? takeProtection(value.raw) : true
        case 6:
            if name.equalsIgnoringCase("cnonce") { return keep(.clientNonce, value) }
            return name.equalsIgnoringCase("opaque") ? keep(.opaque, value) : true
        case 2:
            return name.equalsIgnoringCase("nc") ? takeNonceCount(value.raw) : true
        case 9:
            return name.equalsIgnoringCase("algorithm") ? takeAlgorithm(value.raw) : true
        default:
            return true
        }
    }

    private mutating func keep(_ field: Fields, _ value: AuthValue) -> Bool {
        switch field {
        case .username: username = value
        case .realm: realm = value
        case .nonce: nonce = value
        case .uri: uri = value
        case .clientNonce: clientNonce = value
        default: opaque = value
        }
        return present.insert(field).inserted
    }

    private mutating func takeResponse(_ text: ByteView) -> Bool {
        guard let value = DigestValue(hex: text) else { return false }
        response = value
        return present.insert(.response).inserted
    }

    private mutating func takeAlgorithm(_ text: ByteView) -> Bool {
        if let known = DigestAlgorithm(text) { algorithm = known } else { isSupported = false }
        return present.insert(.algorithm).inserted
    }

    private mutating func takeProtection(_ text: ByteView) -> Bool {
        if text.equalsIgnoringCase("auth") {
            protection = .auth
        } else if text.equalsIgnoringCase("auth-int") {
            protection = .authInt
        } else {
            isSupported = false
        }
        return present.insert(.qop).inserted
    }

    /// RFC 7616 §3.4: `nc` is eight hexadecimal digits.
    private mutating func takeNonceCount(_ text: ByteView) -> Bool {
        guard text.count == 8 else { return false }
        for index in 0..<8 {
            guard let digit = ASCII.hexValue(text[index]) else { return false }
            nonceCount = nonceCount << 4 | UInt32(digit)
        }
        nonceCountText = text
        return present.insert(.nonceCount).inserted
    }
}
