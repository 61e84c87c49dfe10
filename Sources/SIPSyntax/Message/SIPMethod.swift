/// A request method: a code for the registered ones, `.other` for the rest, whose text stays in the message (§7.1).
@frozen
public struct SIPMethod: Hashable, Sendable {
    public var code: UInt8

    @inlinable
    init(code: UInt8) { self.code = code }

    /// A method without a code of its own.
    @inlinable public static var other: SIPMethod { SIPMethod(code: 0) }
    @inlinable public static var invite: SIPMethod { SIPMethod(code: 1) }
    @inlinable public static var ack: SIPMethod { SIPMethod(code: 2) }
    @inlinable public static var bye: SIPMethod { SIPMethod(code: 3) }
    @inlinable public static var cancel: SIPMethod { SIPMethod(code: 4) }
    @inlinable public static var register: SIPMethod { SIPMethod(code: 5) }
    @inlinable public static var options: SIPMethod { SIPMethod(code: 6) }
    @inlinable public static var info: SIPMethod { SIPMethod(code: 7) }
    @inlinable public static var message: SIPMethod { SIPMethod(code: 8) }
    @inlinable public static var prack: SIPMethod { SIPMethod(code: 9) }
    @inlinable public static var update: SIPMethod { SIPMethod(code: 10) }
    @inlinable public static var subscribe: SIPMethod { SIPMethod(code: 11) }
    @inlinable public static var notify: SIPMethod { SIPMethod(code: 12) }
    @inlinable public static var publish: SIPMethod { SIPMethod(code: 13) }
    @inlinable public static var refer: SIPMethod { SIPMethod(code: 14) }

    /// The method's text; empty for `.other`.
    public var text: StaticString {
        switch code {
        case 1: "INVITE"
        case 2: "ACK"
        case 3: "BYE"
        case 4: "CANCEL"
        case 5: "REGISTER"
        case 6: "OPTIONS"
        case 7: "INFO"
        case 8: "MESSAGE"
        case 9: "PRACK"
        case 10: "UPDATE"
        case 11: "SUBSCRIBE"
        case 12: "NOTIFY"
        case 13: "PUBLISH"
        case 14: "REFER"
        default: ""
        }
    }

    /// The code of a method's text; methods are case-sensitive (§7.1).
    @inlinable
    public init(_ text: ByteView) {
        self = .other
        let candidate: SIPMethod
        switch (text.count, text.isEmpty ? 0 : text[0]) {
        case (3, UInt8(ascii: "A")): candidate = .ack
        case (3, _): candidate = .bye
        case (4, _): candidate = .info
        case (5, UInt8(ascii: "P")): candidate = .prack
        case (5, _): candidate = .refer
        case (6, UInt8(ascii: "I")): candidate = .invite
        case (6, UInt8(ascii: "C")): candidate = .cancel
        case (6, UInt8(ascii: "U")): candidate = .update
        case (6, _): candidate = .notify
        case (7, UInt8(ascii: "O")): candidate = .options
        case (7, UInt8(ascii: "M")): candidate = .message
        case (7, _): candidate = .publish
        case (8, _): candidate = .register
        case (9, _): candidate = .subscribe
        default: return
        }
        if text.equals(candidate.text) { self = candidate }
    }

    /// Whether a 2xx to the method makes or renews a dialog's target, so that Record-Route is worth writing (§12.2).
    public var isRecordRouted: Bool {
        self == .invite || self == .subscribe || self == .refer || self == .notify || self == .other
    }
}
