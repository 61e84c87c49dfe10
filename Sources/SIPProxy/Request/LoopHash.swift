public import SIPSyntax
public import SIPTokens

/// The hash by which a loop is told from a spiral (§16.6 step 8, RFC 5393 §4.2.1).
///
/// It covers the request as received without what changes on the way round although the request is the same: Via,
/// Max-Forwards, Record-Route, Content-Length and body.
public enum LoopHash {
    public static func compute(_ message: borrowing SIPMessage, keys: borrowing KeyRing) -> UInt64 {
        var hasher = keys.loopHasher()
        hasher.absorb(field: message.requestURI)
        for index in 0..<message.fieldCount {
            switch message.fieldName(at: index) {
            case .via, .maxForwards, .recordRoute, .contentLength: continue
            default: hasher.absorb(field: message.fieldValue(at: index))
            }
        }
        return hasher.finish() & 0xFFFF_FFFF_FFFF
    }
}
