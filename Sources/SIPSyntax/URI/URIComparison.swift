/// Equality of URIs without copying them: RFC 3261 §19.1.4 for sip and sips, RFC 3966 §4 for tel; of other schemes the
/// scheme is compared in either case and the rest byte by byte.
///
/// Parameters and headers are compared each with each, so that URIs with more than `pairwiseLimit` of them are equal
/// only when those are the same bytes: a peer cannot make a comparison long.
enum URIComparison {
    /// The most parameters, or headers, of a URI that are compared in any order.
    static let pairwiseLimit = 64

    static func areEqual(_ a: ByteView, _ la: URILayout, _ b: ByteView, _ lb: URILayout) -> Bool {
        guard la.scheme == lb.scheme else { return false }
        switch la.scheme {
        case .sip, .sips: return areEqualSIP(a, la, b, lb)
        case .tel: return TelComparison.areEqual(a, la, b, lb)
        case .other:
            return a[la.schemeName].equalsIgnoringCase(b[lb.schemeName]) && a[la.opaque].equals(b[lb.opaque])
        }
    }

    private static func areEqualSIP(_ a: ByteView, _ la: URILayout, _ b: ByteView, _ lb: URILayout) -> Bool {
        la.port == lb.port
            && hostsAreEqual(a[la.host], b[lb.host])
            && userinfoIsEqual(la.user(in: a), lb.user(in: b))
            && userinfoIsEqual(la.password(in: a), lb.password(in: b))
            && parametersMatch(la.parameters(in: a), lb.parameters(in: b))
            && headersMatch(la.headers(in: a), lb.headers(in: b))
    }

    private static func userinfoIsEqual(_ first: ByteView?, _ second: ByteView?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return EscapedText.areEqual(first, second)
    }

    /// Names in either case; IPv6 addresses by value, since one address has many texts (RFC 5118 §4.10).
    static func hostsAreEqual(_ first: ByteView, _ second: ByteView) -> Bool {
        if first.equalsIgnoringCase(second) { return true }
        let bracket = UInt8(ascii: "[")
        guard !first.isEmpty, !second.isEmpty, first[0] == bracket, second[0] == bracket,
            let address = IPAddress(first)
        else { return false }
        return address == IPAddress(second)
    }

    /// What occurs in both must match; what occurs in one is ignored, but for the five that §19.1.4 names.
    private static func parametersMatch(_ first: ByteView?, _ second: ByteView?) -> Bool {
        guard first != nil || second != nil else { return true }
        let first = first ?? .empty
        let second = second ?? .empty
        if first.equals(second) { return true }
        guard count(first, ";") <= pairwiseLimit, count(second, ";") <= pairwiseLimit else { return false }
        return everyParameter(of: first, matches: second) && everyParameter(of: second, matches: first)
    }

    private static func everyParameter(of first: ByteView, matches second: ByteView) -> Bool {
        for parameter in URIParameters(parameters: first) {
            let name = first[parameter.name]
            switch (ParameterSearch(name, inURIParameters: second), first[ifPresent: parameter.value]) {
            case (.absent, _): if isNeverIgnored(name) { return false }
            case (.flag, nil): break
            case (.value(let other), let value?):
                // Methods are case-sensitive (§7.1); the other values are not.
                let isMethod = EscapedText.areEqualIgnoringCase(name, ByteView("method"))
                let matches =
                    isMethod ? EscapedText.areEqual(value, other) : EscapedText.areEqualIgnoringCase(value, other)
                guard matches else { return false }
            default: return false
            }
        }
        return true
    }

    /// Parameters that must be in both URIs or in neither.
    static func isNeverIgnored(_ name: ByteView) -> Bool {
        for known: StaticString in ["transport", "user", "ttl", "method", "maddr"]
        where EscapedText.areEqualIgnoringCase(name, ByteView(known)) {
            return true
        }
        return false
    }

    static func count(_ text: ByteView, _ separator: Unicode.Scalar) -> Int {
        var count = 1
        var position = 0
        while let index = text.firstIndex(of: UInt8(ascii: separator), from: position) {
            count += 1
            position = index + 1
        }
        return count
    }
}

extension URIComparison {
    /// Headers are never ignored: each must occur in both URIs, equally often.
    private static func headersMatch(_ first: ByteView?, _ second: ByteView?) -> Bool {
        guard first != nil || second != nil else { return true }
        let first = first ?? .empty
        let second = second ?? .empty
        if first.equals(second) { return true }
        guard count(first, "&") <= pairwiseLimit, count(second, "&") <= pairwiseLimit else { return false }
        var total = 0
        for header in URIParameters(headers: first) {
            total += 1
            guard occurrences(of: header, from: first, in: first) == occurrences(of: header, from: first, in: second)
            else { return false }
        }
        return total == URIParameters(headers: second).reduce(0) { count, _ in count + 1 }
    }

    private static func occurrences(of header: URIParameter, from text: ByteView, in other: ByteView) -> Int {
        let name = text[header.name]
        let value = text[ifPresent: header.value] ?? .empty
        return URIParameters(headers: other).reduce(0) { count, candidate in
            guard EscapedText.areEqualIgnoringCase(name, other[candidate.name]) else { return count }
            let matches = headerValuesAreEqual(name, value, other[ifPresent: candidate.value] ?? .empty)
            return matches ? count + 1 : count
        }
    }

    /// §7.3.1: values are compared in either case, but for quoted strings; so are Call-ID (§20.8) and the body.
    private static func headerValuesAreEqual(_ name: ByteView, _ first: ByteView, _ second: ByteView) -> Bool {
        for known: StaticString in ["body", "call-id", "i"]
        where EscapedText.areEqualIgnoringCase(name, ByteView(known)) {
            return EscapedText.areEqual(first, second)
        }
        return EscapedText.areEqualIgnoringCaseOutsideQuotes(first, second)
    }
}
