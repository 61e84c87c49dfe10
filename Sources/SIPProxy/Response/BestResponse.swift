/// The choice among the final responses of all branches (§16.7 step 6), by status alone.
///
/// The class decides: 6xx, then the lowest; within 4xx those that let the caller repair the request come first.
public enum BestResponse {
    /// How good a status is to send upstream: less is better.
    public static func rank(_ status: Int) -> Int {
        switch status {
        case 600...: 0
        case 200..<300: 1
        case 300..<400: 2_000 + status
        case 401, 407, 415, 420, 484: 4_000 + status - 400
        // No answer says least of all 4xx: any other response of the class is news to the caller.
        case 408: 4_999
        case 400..<500: 4_000 + status
        case 503: 5_999
        default: 5_000 + status - 500
        }
    }

    /// Whether `status` is to replace the best one so far; a tie goes to the later one.
    public static func isBetter(_ status: Int, than best: Int) -> Bool { rank(status) <= rank(best) }

    /// The status that goes upstream: a 503 says that *this* server is out of order, so it becomes 500 (§16.7 step 6).
    public static func upstreamStatus(_ status: Int) -> Int { status == 503 ? 500 : status }
}
