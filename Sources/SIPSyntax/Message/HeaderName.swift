/// The name of a header field: a code for the names that the server knows, `.other` for the rest (§7.3.1).
///
/// Names with codes below 64 also have a bit in a message's mask of present fields.
@frozen
public struct HeaderName: Hashable, Sendable {
    public var code: UInt8

    @inlinable
    init(code: UInt8) { self.code = code }

    /// Every name without a code of its own.
    @inlinable
    public static var other: HeaderName { HeaderName(code: 0) }

    @inlinable public static var via: HeaderName { HeaderName(code: 1) }
    @inlinable public static var from: HeaderName { HeaderName(code: 2) }
    @inlinable public static var to: HeaderName { HeaderName(code: 3) }
    @inlinable public static var callID: HeaderName { HeaderName(code: 4) }
    @inlinable public static var cSeq: HeaderName { HeaderName(code: 5) }
    @inlinable public static var maxForwards: HeaderName { HeaderName(code: 6) }
    @inlinable public static var contentLength: HeaderName { HeaderName(code: 7) }
    @inlinable public static var contact: HeaderName { HeaderName(code: 8) }
    @inlinable public static var route: HeaderName { HeaderName(code: 9) }
    @inlinable public static var recordRoute: HeaderName { HeaderName(code: 10) }
    @inlinable public static var expires: HeaderName { HeaderName(code: 11) }
    @inlinable public static var minExpires: HeaderName { HeaderName(code: 12) }
    @inlinable public static var require: HeaderName { HeaderName(code: 13) }
    @inlinable public static var proxyRequire: HeaderName { HeaderName(code: 14) }
    @inlinable public static var supported: HeaderName { HeaderName(code: 15) }
    @inlinable public static var unsupported: HeaderName { HeaderName(code: 16) }
    @inlinable public static var allow: HeaderName { HeaderName(code: 17) }
    @inlinable public static var accept: HeaderName { HeaderName(code: 18) }
    @inlinable public static var acceptEncoding: HeaderName { HeaderName(code: 19) }
    @inlinable public static var acceptLanguage: HeaderName { HeaderName(code: 20) }
    @inlinable public static var authorization: HeaderName { HeaderName(code: 21) }
    @inlinable public static var proxyAuthorization: HeaderName { HeaderName(code: 22) }
    @inlinable public static var wwwAuthenticate: HeaderName { HeaderName(code: 23) }
    @inlinable public static var proxyAuthenticate: HeaderName { HeaderName(code: 24) }
    @inlinable public static var authenticationInfo: HeaderName { HeaderName(code: 25) }
    @inlinable public static var contentType: HeaderName { HeaderName(code: 26) }
    @inlinable public static var contentEncoding: HeaderName { HeaderName(code: 27) }
    @inlinable public static var contentDisposition: HeaderName { HeaderName(code: 28) }
    @inlinable public static var contentLanguage: HeaderName { HeaderName(code: 29) }
    @inlinable public static var mimeVersion: HeaderName { HeaderName(code: 30) }
    @inlinable public static var userAgent: HeaderName { HeaderName(code: 31) }
    @inlinable public static var server: HeaderName { HeaderName(code: 32) }
    @inlinable public static var date: HeaderName { HeaderName(code: 33) }
    @inlinable public static var event: HeaderName { HeaderName(code: 34) }
    @inlinable public static var allowEvents: HeaderName { HeaderName(code: 35) }
    @inlinable public static var subscriptionState: HeaderName { HeaderName(code: 36) }
    @inlinable public static var referTo: HeaderName { HeaderName(code: 37) }
    @inlinable public static var referredBy: HeaderName { HeaderName(code: 38) }
    @inlinable public static var replaces: HeaderName { HeaderName(code: 39) }
    @inlinable public static var rSeq: HeaderName { HeaderName(code: 40) }
    @inlinable public static var rAck: HeaderName { HeaderName(code: 41) }
    @inlinable public static var path: HeaderName { HeaderName(code: 42) }
    @inlinable public static var serviceRoute: HeaderName { HeaderName(code: 43) }
    @inlinable public static var reason: HeaderName { HeaderName(code: 44) }
    @inlinable public static var warning: HeaderName { HeaderName(code: 45) }
    @inlinable public static var retryAfter: HeaderName { HeaderName(code: 46) }
    @inlinable public static var subject: HeaderName { HeaderName(code: 47) }
    @inlinable public static var timestamp: HeaderName { HeaderName(code: 48) }
    @inlinable public static var sessionExpires: HeaderName { HeaderName(code: 49) }
    @inlinable public static var minSE: HeaderName { HeaderName(code: 50) }
    @inlinable public static var assertedIdentity: HeaderName { HeaderName(code: 51) }
    @inlinable public static var preferredIdentity: HeaderName { HeaderName(code: 52) }
    @inlinable public static var privacy: HeaderName { HeaderName(code: 53) }
    @inlinable public static var diversion: HeaderName { HeaderName(code: 54) }
    @inlinable public static var maxBreadth: HeaderName { HeaderName(code: 55) }
    @inlinable public static var historyInfo: HeaderName { HeaderName(code: 56) }
    @inlinable public static var flowTimer: HeaderName { HeaderName(code: 57) }
    @inlinable public static var sipETag: HeaderName { HeaderName(code: 58) }
    @inlinable public static var sipIfMatch: HeaderName { HeaderName(code: 59) }
    @inlinable public static var identity: HeaderName { HeaderName(code: 60) }
    @inlinable public static var organization: HeaderName { HeaderName(code: 61) }
    @inlinable public static var alertInfo: HeaderName { HeaderName(code: 62) }
    @inlinable public static var callInfo: HeaderName { HeaderName(code: 63) }
    @inlinable public static var errorInfo: HeaderName { HeaderName(code: 64) }
    @inlinable public static var inReplyTo: HeaderName { HeaderName(code: 65) }
    @inlinable public static var priority: HeaderName { HeaderName(code: 66) }
    @inlinable public static var replyTo: HeaderName { HeaderName(code: 67) }
    @inlinable public static var requestDisposition: HeaderName { HeaderName(code: 68) }
    @inlinable public static var acceptContact: HeaderName { HeaderName(code: 69) }
    @inlinable public static var rejectContact: HeaderName { HeaderName(code: 70) }

    /// The name as the RFCs spell it; empty for `.other`.
    public var canonicalText: StaticString {
        switch code {
        case 1: "Via"
        case 2: "From"
        case 3: "To"
        case 4: "Call-ID"
        case 5: "CSeq"
        case 6: "Max-Forwards"
        case 7: "Content-Length"
        case 8: "Contact"
        case 9: "Route"
        case 10: "Record-Route"
        case 11: "Expires"
        case 12: "Min-Expires"
        case 13: "Require"
        case 14: "Proxy-Require"
        case 15: "Supported"
        case 16: "Unsupported"
        case 17: "Allow"
        case 18: "Accept"
        case 19: "Accept-Encoding"
        case 20: "Accept-Language"
        case 21: "Authorization"
        case 22: "Proxy-Authorization"
        case 23: "WWW-Authenticate"
        case 24: "Proxy-Authenticate"
        case 25: "Authentication-Info"
        case 26: "Content-Type"
        case 27: "Content-Encoding"
        case 28: "Content-Disposition"
        case 29: "Content-Language"
        case 30: "MIME-Version"
        case 31: "User-Agent"
        case 32: "Server"
        case 33: "Date"
        case 34: "Event"
        case 35: "Allow-Events"
        case 36: "Subscription-State"
        case 37: "Refer-To"
        case 38: "Referred-By"
        case 39: "Replaces"
        case 40: "RSeq"
        case 41: "RAck"
        case 42: "Path"
        case 43: "Service-Route"
        case 44: "Reason"
        case 45: "Warning"
        case 46: "Retry-After"
        case 47: "Subject"
        case 48: "Timestamp"
        case 49: "Session-Expires"
        case 50: "Min-SE"
        case 51: "P-Asserted-Identity"
        case 52: "P-Preferred-Identity"
        case 53: "Privacy"
        case 54: "Diversion"
        case 55: "Max-Breadth"
        case 56: "History-Info"
        case 57: "Flow-Timer"
        case 58: "SIP-ETag"
        case 59: "SIP-If-Match"
        case 60: "Identity"
        case 61: "Organization"
        case 62: "Alert-Info"
        case 63: "Call-Info"
        case 64: "Error-Info"
        case 65: "In-Reply-To"
        case 66: "Priority"
        case 67: "Reply-To"
        case 68: "Request-Disposition"
        case 69: "Accept-Contact"
        case 70: "Reject-Contact"
        default: ""
        }
    }

    /// The bit in a message's mask of present fields; 0 for names without one.
    @inlinable
    var mask: UInt64 { code < 64 ? 1 &<< UInt64(code) : 0 }

    /// Whether the standard allows the field only once, so that a second one makes the message malformed (§7.3.1).
    @inlinable
    public var isSingle: Bool { mask & HeaderName.singles != 0 }

    /// From, To, Call-ID, CSeq, Max-Forwards and Content-Length: two of them are two different meanings.
    @usableFromInline static let singles: UInt64 = 0xfc
}
