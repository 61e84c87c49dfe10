public import SIPTransaction

/// What a phone does with a call that comes in.
public struct PhoneBehaviour: Sendable {
    /// Whether it answers 180 at once.
    public var rings: Bool
    /// The final status; nil lets it ring on.
    public var status: Int?
    /// How long until the final status.
    public var after: SIPDuration
    /// Header fields of the final response.
    public var fields: [(name: String, value: String)]
    /// Whether it takes no notice of anything: no response at all.
    public var isDead: Bool

    public init(
        rings: Bool = true, status: Int? = nil, after: SIPDuration = .zero,
        fields: [(name: String, value: String)] = [], isDead: Bool = false
    ) {
        self.rings = rings
        self.status = status
        self.after = after
        self.fields = fields
        self.isDead = isDead
    }

    /// Rings, and takes the call after a while.
    public static func answers(after delay: SIPDuration = .seconds(Int64(1))) -> PhoneBehaviour {
        PhoneBehaviour(status: 200, after: delay)
    }

    /// Refuses at once.
    public static func rejects(_ status: Int) -> PhoneBehaviour { PhoneBehaviour(rings: false, status: status) }

    /// Rings until the caller gives up.
    public static var ringsOn: PhoneBehaviour { PhoneBehaviour() }

    /// Says nothing at all.
    public static var isDead: PhoneBehaviour { PhoneBehaviour(rings: false, isDead: true) }
}
