public import SIPSyntax

/// A response to be made here: what the policy, the registrar or the core answers.
public struct ReplyContent: Sendable {
    public var status: Int
    /// The reason phrase; empty for the standard's own.
    public var reason: [UInt8]
    /// Header fields to add, in order.
    public var headers: [(name: [UInt8], value: [UInt8])]
    public var body: [UInt8]
    /// The Content-Type of the body.
    public var contentType: [UInt8]
    /// Header lines written as they are, each with its CRLF.
    public var extraLines: [UInt8]

    public init(
        status: Int, reason: [UInt8] = [], headers: [(name: [UInt8], value: [UInt8])] = [], body: [UInt8] = [],
        contentType: [UInt8] = [], extraLines: [UInt8] = []
    ) {
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body
        self.contentType = contentType
        self.extraLines = extraLines
    }
}

/// The reason phrases of RFC 3261 §21 and its extensions.
public enum ReasonPhrase {
    /// The phrase for a status; one that is not known gets its class's.
    public static func text(_ status: Int) -> StaticString {
        provisionalOrSuccess(status) ?? failure(status) ?? ofClass(status)
    }

    private static func provisionalOrSuccess(_ status: Int) -> StaticString? {
        switch status {
        case 100: "Trying"
        case 180: "Ringing"
        case 181: "Call Is Being Forwarded"
        case 182: "Queued"
        case 183: "Session Progress"
        case 199: "Early Dialog Terminated"
        case 200: "OK"
        case 202: "Accepted"
        case 204: "No Notification"
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Moved Temporarily"
        case 305: "Use Proxy"
        case 380: "Alternative Service"
        default: nil
        }
    }

    private static func failure(_ status: Int) -> StaticString? {
        status < 440 ? firstFailures(status) : laterFailures(status)
    }

    private static func firstFailures(_ status: Int) -> StaticString? {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 410: "Gone"
        case 412: "Conditional Request Failed"
        case 413: "Request Entity Too Large"
        case 414: "Request-URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Unsupported URI Scheme"
        case 420: "Bad Extension"
        case 421: "Extension Required"
        case 422: "Session Interval Too Small"
        case 423: "Interval Too Brief"
        case 428: "Use Identity Header"
        case 429: "Provide Referrer Identity"
        case 430: "Flow Failed"
        case 433: "Anonymity Disallowed"
        case 439: "First Hop Lacks Outbound Support"
        default: nil
        }
    }

    private static func laterFailures(_ status: Int) -> StaticString? {
        switch status {
        case 440: "Max-Breadth Exceeded"
        case 480: "Temporarily Unavailable"
        case 481: "Call/Transaction Does Not Exist"
        case 482: "Loop Detected"
        case 483: "Too Many Hops"
        case 484: "Address Incomplete"
        case 485: "Ambiguous"
        case 486: "Busy Here"
        case 487: "Request Terminated"
        case 488: "Not Acceptable Here"
        case 489: "Bad Event"
        case 491: "Request Pending"
        case 493: "Undecipherable"
        case 500: "Server Internal Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Server Time-out"
        case 505: "Version Not Supported"
        case 513: "Message Too Large"
        case 600: "Busy Everywhere"
        case 603: "Decline"
        case 604: "Does Not Exist Anywhere"
        case 606: "Not Acceptable"
        default: nil
        }
    }

    private static func ofClass(_ status: Int) -> StaticString {
        switch status / 100 {
        case 1: "Progress"
        case 2: "OK"
        case 3: "Redirection"
        case 4: "Request Failure"
        case 5: "Server Failure"
        default: "Global Failure"
        }
    }
}
