extension SIPURI {
    /// A sip or sips URI of its parts, which are escaped as the grammar of RFC 3261 §25.1 demands. Nil when the scheme
    /// is another, the host is none, the port is 0, the user is empty, or a parameter has no name.
    public init?(
        scheme: URIScheme = .sip, user: String? = nil, host: String, port: UInt16? = nil,
        parameters: [(name: String, value: String?)] = []
    ) {
        guard scheme.isSIP, user != "", port != 0, let host = URIPieces.hostBytes(host) else { return nil }
        var pieces = URIPieces(scheme: scheme, host: host)
        pieces.user = user.map { URIPieces.escaped($0, .user) }
        pieces.port = port
        for parameter in parameters {
            guard !parameter.name.isEmpty else { return nil }
            pieces.parameters.append(URIPieces.parameterBytes(parameter.name, parameter.value))
        }
        self.init(bytes: pieces.assembled())
    }

    /// Replaces the user, escaping it, or removes it together with the password. False, and no change, for a tel or
    /// other URI and for an empty user.
    @discardableResult
    public mutating func setUser(_ user: String?) -> Bool {
        edit { pieces in
            pieces.user = user.map { URIPieces.escaped($0, .user) }
            if user == nil { pieces.password = nil }
            return user != ""
        }
    }

    /// Replaces the host; an IPv6 address may come without its brackets. False, and no change, when it is no host.
    @discardableResult
    public mutating func setHost(_ host: String) -> Bool {
        guard let host = URIPieces.hostBytes(host) else { return false }
        return edit { pieces in
            pieces.host = host
            return true
        }
    }

    /// Replaces or removes the port. False, and no change, for port 0 and for a tel or other URI.
    @discardableResult
    public mutating func setPort(_ port: UInt16?) -> Bool {
        edit { pieces in
            pieces.port = port
            return port != 0
        }
    }

    /// Sets a parameter, in the place of the first of that name or at the end; without a value it is a flag.
    @discardableResult
    public mutating func setParameter(_ name: String, _ value: String?) -> Bool {
        edit { pieces in
            let new = URIPieces.parameterBytes(name, value)
            let place = pieces.parameters.firstIndex { URIPieces.parameter($0, isNamed: name) }
            pieces.parameters.removeAll { URIPieces.parameter($0, isNamed: name) }
            pieces.parameters.insert(new, at: place ?? pieces.parameters.count)
            return !name.isEmpty
        }
    }

    /// Removes every parameter of that name. False for a tel or other URI.
    @discardableResult
    public mutating func removeParameter(_ name: String) -> Bool {
        edit { pieces in
            pieces.parameters.removeAll { URIPieces.parameter($0, isNamed: name) }
            return true
        }
    }

    /// Removes all headers, as a Request-URI must not have any (§19.1.1). False for a tel or other URI.
    @discardableResult
    public mutating func removeHeaders() -> Bool {
        edit { pieces in
            pieces.headers = nil
            return true
        }
    }

    /// Takes the URI apart, lets `change` work on it, and puts it together again.
    private mutating func edit(_ change: (inout URIPieces) -> Bool) -> Bool {
        guard scheme.isSIP else { return false }
        var pieces = withView { URIPieces($0, layout) }
        guard change(&pieces), let edited = SIPURI(bytes: pieces.assembled()) else { return false }
        self = edited
        return true
    }
}
