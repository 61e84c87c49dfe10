/// What a registrar allows its clients (RFC 3261 §10.3 step 7).
public struct RegistrationRules: Hashable, Sendable {
    /// The shortest time in seconds that a client may ask for without being refused; at most one hour counts.
    public var minExpires: Int
    /// The longest time in seconds that a client is given.
    public var maxExpires: Int
    /// The time in seconds for a client that asks for none.
    public var defaultExpires: Int
    /// The most contacts that an address-of-record may have.
    public var maxContacts: Int

    /// Rules; by default 1 minute to 2 hours, 1 hour when nothing is asked for, and 10 contacts.
    public init(minExpires: Int = 60, maxExpires: Int = 7200, defaultExpires: Int = 3600, maxContacts: Int = 10) {
        self.minExpires = minExpires
        self.maxExpires = maxExpires
        self.defaultExpires = defaultExpires
        self.maxContacts = maxContacts
    }
}
