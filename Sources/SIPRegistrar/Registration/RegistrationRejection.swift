import SIPSyntax

/// Why a REGISTER is refused: the response to give.
public struct RegistrationRejection: Error, Sendable {
    /// The status code.
    public var status: Int
    /// The reason phrase.
    public var reason: StaticString
    /// Whole header lines for the response, each with its CRLF: `Min-Expires: 60\r\n`.
    public var extraLines: [UInt8]

    /// A refusal of its parts.
    public init(status: Int, reason: StaticString, extraLines: [UInt8] = []) {
        self.status = status
        self.reason = reason
        self.extraLines = extraLines
    }
}

extension RegistrationRejection {
    /// `*` beside another Contact, or without `Expires: 0` (§10.3 step 6).
    static let misusedStar = RegistrationRejection(status: 400, reason: "Contact Star Needs Expires 0 Alone")
    /// A Contact that can't be read.
    static let malformedContact = RegistrationRejection(status: 400, reason: "Malformed Contact")
    /// A Path that can't be read (RFC 3327).
    static let malformedPath = RegistrationRejection(status: 400, reason: "Malformed Path")
    /// No Call-ID.
    static let malformedCallID = RegistrationRejection(status: 400, reason: "Malformed Call-ID")
    /// No CSeq, or one that can't be read.
    static let malformedCSeq = RegistrationRejection(status: 400, reason: "Malformed CSeq")
    /// Texts that would take more memory than a binding may.
    static let tooLong = RegistrationRejection(status: 400, reason: "Contact Too Long")
    /// More contacts than the rules allow.
    static let tooManyContacts = RegistrationRejection(status: 403, reason: "Too Many Contacts")
    /// A request that is older than what it would change (§10.3 steps 6 and 7).
    static let outOfOrder = RegistrationRejection(status: 500, reason: "CSeq Out Of Order")

    /// A time that is too short (§10.3 step 7, §21.4.17).
    static func intervalTooBrief(minimum: Int) -> RegistrationRejection {
        let lines = ByteWriter(capacity: 64)
        lines.append("Min-Expires: ")
        lines.append(decimal: UInt64(max(minimum, 0)))
        lines.append("\r\n")
        return RegistrationRejection(status: 423, reason: "Interval Too Brief", extraLines: lines.view.array)
    }
}
