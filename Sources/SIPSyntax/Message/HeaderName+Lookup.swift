// sizes: table
// swift-format-ignore-file
extension HeaderName {
    /// The code of a name in any case, long or compact (§7.3.3).
    ///
    /// The length and the first and last eight bytes, with the case bit set, tell the known names apart, so a look-up
    /// is two word compares. The constants are those bytes in little-endian order; the name stands beside each.
    @inlinable
    public init(_ name: ByteView) {
        self.init(length: name.count, first: name.foldedWord(at: 0), last: name.foldedWord(at: name.count &- 8))
    }

    /// The code of the name of `count` bytes at `start`: eight bytes are read at once when the text goes on so far.
    @inlinable
    init(in text: ByteView, at start: Int, count: Int) {
        guard count > 0, start &+ Swift.max(8, count) <= text.count else {
            self.init(text[start..<start &+ count])
            return
        }
        let first = text.word(at: start) | 0x2020_2020_2020_2020
        if count < 8 {
            self.init(length: count, first: first & (1 &<< UInt64(count &* 8) &- 1), last: 0)
        } else {
            self.init(length: count, first: first, last: text.word(at: start &+ count &- 8) | 0x2020_2020_2020_2020)
        }
    }

    @usableFromInline
    init(length: Int, first: UInt64, last: UInt64) {
        switch length {
        case 1:
            switch first {
            case 0x0000000000000076: self = .via  // v
            case 0x0000000000000066: self = .from  // f
            case 0x0000000000000074: self = .to  // t
            case 0x0000000000000069: self = .callID  // i
            case 0x000000000000006C: self = .contentLength  // l
            case 0x000000000000006D: self = .contact  // m
            case 0x000000000000006B: self = .supported  // k
            case 0x0000000000000063: self = .contentType  // c
            case 0x0000000000000065: self = .contentEncoding  // e
            case 0x000000000000006F: self = .event  // o
            case 0x0000000000000075: self = .allowEvents  // u
            case 0x0000000000000072: self = .referTo  // r
            case 0x0000000000000062: self = .referredBy  // b
            case 0x0000000000000073: self = .subject  // s
            case 0x0000000000000078: self = .sessionExpires  // x
            case 0x0000000000000079: self = .identity  // y
            case 0x0000000000000064: self = .requestDisposition  // d
            case 0x0000000000000061: self = .acceptContact  // a
            case 0x000000000000006A: self = .rejectContact  // j
            default: self = .other
            }
        case 2:
            switch first {
            case 0x0000000000006F74: self = .to  // To
            default: self = .other
            }
        case 3:
            switch first {
            case 0x0000000000616976: self = .via  // Via
            default: self = .other
            }
        case 4:
            switch first {
            case 0x000000006D6F7266: self = .from  // From
            case 0x0000000071657363: self = .cSeq  // CSeq
            case 0x0000000065746164: self = .date  // Date
            case 0x0000000071657372: self = .rSeq  // RSeq
            case 0x000000006B636172: self = .rAck  // RAck
            case 0x0000000068746170: self = .path  // Path
            default: self = .other
            }
        case 5:
            switch first {
            case 0x0000006574756F72: self = .route  // Route
            case 0x000000776F6C6C61: self = .allow  // Allow
            case 0x000000746E657665: self = .event  // Event
            default: self = .other
            }
        case 6:
            switch first {
            case 0x0000747065636361: self = .accept  // Accept
            case 0x0000726576726573: self = .server  // Server
            case 0x00006E6F73616572: self = .reason  // Reason
            case 0x000065732D6E696D: self = .minSE  // Min-SE
            default: self = .other
            }
        case 7:
            switch first {
            case 0x0064692D6C6C6163: self = .callID  // Call-ID
            case 0x00746361746E6F63: self = .contact  // Contact
            case 0x0073657269707865: self = .expires  // Expires
            case 0x0065726975716572: self = .require  // Require
            case 0x00676E696E726177: self = .warning  // Warning
            case 0x007463656A627573: self = .subject  // Subject
            case 0x0079636176697270: self = .privacy  // Privacy
            default: self = .other
            }
        case 8:
            switch first {
            case 0x6F742D7265666572: self = .referTo  // Refer-To
            case 0x736563616C706572: self = .replaces  // Replaces
            case 0x676174652D706973: self = .sipETag  // SIP-ETag
            case 0x797469746E656469: self = .identity  // Identity
            case 0x797469726F697270: self = .priority  // Priority
            case 0x6F742D796C706572: self = .replyTo  // Reply-To
            default: self = .other
            }
        case 9:
            switch first {
            case 0x6574726F70707573: self = last == 0x646574726F707075 ? .supported : .other  // Supported
            case 0x6D617473656D6974: self = last == 0x706D617473656D69 ? .timestamp : .other  // Timestamp
            case 0x6F69737265766964: self = last == 0x6E6F697372657669 ? .diversion : .other  // Diversion
            case 0x666E692D6C6C6163: self = last == 0x6F666E692D6C6C61 ? .callInfo : .other  // Call-Info
            default: self = .other
            }
        case 10:
            switch first {
            case 0x6567612D72657375: self = last == 0x746E6567612D7265 ? .userAgent : .other  // User-Agent
            case 0x6D69742D776F6C66: self = last == 0x72656D69742D776F ? .flowTimer : .other  // Flow-Timer
            case 0x6E692D7472656C61: self = last == 0x6F666E692D747265 ? .alertInfo : .other  // Alert-Info
            case 0x6E692D726F727265: self = last == 0x6F666E692D726F72 ? .errorInfo : .other  // Error-Info
            default: self = .other
            }
        case 11:
            switch first {
            case 0x697078652D6E696D: self = last == 0x736572697078652D ? .minExpires : .other  // Min-Expires
            case 0x726F707075736E75: self = last == 0x646574726F707075 ? .unsupported : .other  // Unsupported
            case 0x6465727265666572: self = last == 0x79622D6465727265 ? .referredBy : .other  // Referred-By
            case 0x66612D7972746572: self = last == 0x72657466612D7972 ? .retryAfter : .other  // Retry-After
            case 0x616572622D78616D: self = last == 0x687464616572622D ? .maxBreadth : .other  // Max-Breadth
            case 0x796C7065722D6E69: self = last == 0x6F742D796C706572 ? .inReplyTo : .other  // In-Reply-To
            default: self = .other
            }
        case 12:
            switch first {
            case 0x77726F662D78616D: self = last == 0x7364726177726F66 ? .maxForwards : .other  // Max-Forwards
            case 0x722D64726F636572: self = last == 0x6574756F722D6472 ? .recordRoute : .other  // Record-Route
            case 0x2D746E65746E6F63: self = last == 0x657079742D746E65 ? .contentType : .other  // Content-Type
            case 0x7265762D656D696D: self = last == 0x6E6F69737265762D ? .mimeVersion : .other  // MIME-Version
            case 0x76652D776F6C6C61: self = last == 0x73746E6576652D77 ? .allowEvents : .other  // Allow-Events
            case 0x2D79726F74736968: self = last == 0x6F666E692D79726F ? .historyInfo : .other  // History-Info
            case 0x6D2D66692D706973: self = last == 0x686374616D2D6669 ? .sipIfMatch : .other  // SIP-If-Match
            case 0x617A696E6167726F: self = last == 0x6E6F6974617A696E ? .organization : .other  // Organization
            default: self = .other
            }
        case 13:
            switch first {
            case 0x65722D79786F7270: self = last == 0x657269757165722D ? .proxyRequire : .other  // Proxy-Require
            case 0x7A69726F68747561: self = last == 0x6E6F6974617A6972 ? .authorization : .other  // Authorization
            case 0x2D65636976726573: self = last == 0x6574756F722D6563 ? .serviceRoute : .other  // Service-Route
            default: self = .other
            }
        case 14:
            switch first {
            case 0x2D746E65746E6F63: self = last == 0x6874676E656C2D74 ? .contentLength : .other  // Content-Length
            case 0x632D747065636361: self = last == 0x746361746E6F632D ? .acceptContact : .other  // Accept-Contact
            case 0x632D7463656A6572: self = last == 0x746361746E6F632D ? .rejectContact : .other  // Reject-Contact
            default: self = .other
            }
        case 15:
            switch first {
            case 0x652D747065636361: self = last == 0x676E69646F636E65 ? .acceptEncoding : .other  // Accept-Encoding
            case 0x6C2D747065636361: self = last == 0x65676175676E616C ? .acceptLanguage : .other  // Accept-Language
            case 0x2D6E6F6973736573: self = last == 0x736572697078652D ? .sessionExpires : .other  // Session-Expires
            default: self = .other
            }
        case 16:
            switch first {
            case 0x687475612D777777: self = last == 0x6574616369746E65 ? .wwwAuthenticate : .other  // WWW-Authenticate
            case 0x2D746E65746E6F63:
                switch last {
                case 0x676E69646F636E65: self = .contentEncoding  // Content-Encoding
                case 0x65676175676E616C: self = .contentLanguage  // Content-Language
                default: self = .other
                }
            default: self = .other
            }
        case 18:
            switch first {
            case 0x75612D79786F7270: self = last == 0x6574616369746E65 ? .proxyAuthenticate : .other  // Proxy-Authenticate
            case 0x7069726373627573: self = last == 0x65746174732D6E6F ? .subscriptionState : .other  // Subscription-State
            default: self = .other
            }
        case 19:
            switch first {
            case 0x75612D79786F7270: self = last == 0x6E6F6974617A6972 ? .proxyAuthorization : .other  // Proxy-Authorization
            case 0x69746E6568747561: self = last == 0x6F666E692D6E6F69 ? .authenticationInfo : .other  // Authentication-Info
            case 0x2D746E65746E6F63: self = last == 0x6E6F697469736F70 ? .contentDisposition : .other  // Content-Disposition
            case 0x7472657373612D70: self = last == 0x797469746E656469 ? .assertedIdentity : .other  // P-Asserted-Identity
            case 0x2D74736575716572: self = last == 0x6E6F697469736F70 ? .requestDisposition : .other  // Request-Disposition
            default: self = .other
            }
        case 20:
            switch first {
            case 0x7265666572702D70: self = last == 0x797469746E656469 ? .preferredIdentity : .other  // P-Preferred-Identity
            default: self = .other
            }
        default: self = .other
        }
    }
}

extension ByteView {
    /// Up to eight bytes at `index` (or from the start, when that lies before it) with the case bit of each set.
    @inlinable
    func foldedWord(at index: Int) -> UInt64 {
        if index >= 0, index &+ 8 <= count { return word(at: index) | 0x2020_2020_2020_2020 }
        var word: UInt64 = 0
        var position = Swift.min(count, 8)
        while position > 0 {
            position &-= 1
            word = word << 8 | UInt64(self[position] | 0x20)
        }
        return word
    }
}
