internal import SIPSyntax

/// Which header fields a policy may change, and to what.
enum HeaderRules {
    /// Fields that the core owns: it writes them by the rules of the protocol.
    static func isCoreOwned(_ name: HeaderName) -> Bool {
        switch name {
        case .via, .recordRoute, .route, .maxForwards, .contentLength, .cSeq, .callID: true
        default: false
        }
    }

    /// Why a field can't be changed; nil when it can.
    static func problem(name: ByteView, value: ByteView?, isResponseOfOurs: Bool = false) -> String? {
        guard name.isToken else { return "'\(name.string)' is no header name" }
        let known = HeaderName(name)
        if isCoreOwned(known) || (isResponseOfOurs && (known == .from || known == .to)) {
            return "header '\(name.string)' belongs to the core and cannot be changed"
        }
        guard let value else {
            return known == .from || known == .to ? "header '\(name.string)' cannot be removed" : nil
        }
        if HeaderText.breaksLine(value) { return "a header value has no CR, LF or NUL" }
        guard name.count + value.count < 60_000 else { return "the value of '\(name.string)' is too long" }
        return nil
    }

    /// Why From or To can't become this; nil when it can. The tag is the dialog's, and stays.
    static func identityProblem(_ name: ByteView, new value: ByteView, old: ByteView?) -> String? {
        let known = HeaderName(name)
        guard known == .from || known == .to, let old else { return nil }
        guard let layout = NameAddrLayout(value), layout.uri.isPresent else {
            return "'\(value.string)' is no value for \(name.string)"
        }
        let oldTag = NameAddrLayout(old)?.tag(in: old)
        let newTag = layout.tag(in: value)
        if let oldTag, let newTag, oldTag.equals(newTag) { return nil }
        return oldTag == nil && newTag == nil ? nil : "the tag of \(name.string) belongs to the dialog and stays"
    }

    /// Header fields whose values are lists, so that a comma divides them (§7.3.1).
    static func isList(_ name: HeaderName) -> Bool {
        switch name {
        case .via, .contact, .route, .recordRoute, .path, .serviceRoute, .require, .proxyRequire, .supported,
            .unsupported, .allow, .allowEvents, .accept, .acceptEncoding, .acceptLanguage, .contentEncoding,
            .contentLanguage, .diversion, .historyInfo, .assertedIdentity, .preferredIdentity, .alertInfo, .callInfo,
            .errorInfo, .inReplyTo, .reason, .warning, .acceptContact, .rejectContact, .requestDisposition:
            true
        default: false
        }
    }
}
