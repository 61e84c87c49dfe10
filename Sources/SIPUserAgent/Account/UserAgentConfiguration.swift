public import SIPSyntax
public import SIPTransaction

/// Who a user agent is and how it behaves.
public struct UserAgentConfiguration: Sendable {
    /// The address-of-record: what its requests have in From.
    public var addressOfRecord: SIPURI
    /// The name for Digest; nil for the user part of the address-of-record.
    public var authenticationUser: String?
    /// The password for Digest; nil when challenges can't be answered.
    public var password: String?
    /// The URI that it is reached at, which its Contact has (§8.1.1.8).
    public var contact: SIPURI
    /// Where requests outside of dialogs go, whatever their Request-URI; nil to follow the URI (§8.1.2).
    public var outboundFlow: Flow?
    /// What it does with calls that come in.
    public var answering = Answering()
    /// The value of User-Agent and Server; empty for none.
    public var name = "Moonwire"

    public init(addressOfRecord: SIPURI, contact: SIPURI) {
        self.addressOfRecord = addressOfRecord
        self.contact = contact
    }
}

/// What a user agent does with a call that comes in.
public struct Answering: Hashable, Sendable {
    /// The final status: 200 accepts, 300 to 699 refuses.
    public var status = 200
    /// How long it rings before that.
    public var ringing = SIPDuration.zero
    /// How long an accepted call lasts; nil until the other side ends it.
    public var duration: SIPDuration?

    public init() {}
}
