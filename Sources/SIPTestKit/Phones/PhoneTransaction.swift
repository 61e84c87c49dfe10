import SIPTransaction

/// A request of a phone that may have to be sent again until its final response comes (§17.1).
final class PhoneRequest {
    let message: PhoneMessage
    let bytes: [UInt8]
    let destination: PhoneAddress
    let onResponse: (PhoneMessage) -> Void
    /// No answer within 64·T1.
    let onTimeout: () -> Void
    var hasProvisional = false
    var final: Int?
    var sentCount = 0

    init(
        _ message: PhoneMessage, to destination: PhoneAddress, onResponse: @escaping (PhoneMessage) -> Void,
        onTimeout: @escaping () -> Void
    ) {
        self.message = message
        bytes = message.bytes
        self.destination = destination
        self.onResponse = onResponse
        self.onTimeout = onTimeout
    }

    var isInvite: Bool { message.method == "INVITE" }
}

/// A request that came to a phone, and what it answered (§17.2).
final class PhoneAnswering {
    let request: PhoneMessage
    let packet: PacketAddresses
    /// The last response.
    var last: [UInt8]?
    var status = 0
    /// An ACK came for the final response to INVITE.
    var isAcknowledged = false

    init(_ request: PhoneMessage, _ packet: PacketAddresses) {
        self.request = request
        self.packet = packet
    }
}
