internal import LuaRuntime

/// The classes of the API, by their place in `PolicyAPI.api`.
enum PolicyClass {
    static let request: UInt32 = 0
    static let response: UInt32 = 1
    static let branch: UInt32 = 2
    static let headers: UInt32 = 3
    static let uri: UInt32 = 4
    static let nameAddr: UInt32 = 5
    static let endpoint: UInt32 = 6
    static let outcome: UInt32 = 7
    static let contact: UInt32 = 8
    static let store: UInt32 = 9
    static let metric: UInt32 = 10
    static let table: UInt32 = 11
}

/// Which name-addr of a message an object is.
enum NameAddrPart: UInt32 {
    case requestURI = 0
    case from, to, contact
}

/// What `LuaHandle.detail` says.
///
/// Parts of a message have the message's number in the run (0 is the request) in the upper half and the part, or an
/// iterator's place, in the lower one. The two highest bits mark a place in the run's own lists instead.
extension LuaHandle {
    static var ownURI: UInt32 { 0x8000_0000 }
    static var contactURI: UInt32 { 0x4000_0000 }
    static var placeMask: UInt32 { 0x3FFF_FFFF }
    /// Messages, URIs, contacts and outcomes that one run may collect.
    static var mostValues: Int { 0x3FFF }

    var messageNumber: Int { Int(detail >> 16) }
    var lowerHalf: Int { Int(detail & 0xFFFF) }
    var place: Int { Int(detail & LuaHandle.placeMask) }

    /// The same owner, as an object of another class.
    @inline(__always)
    func part(_ type: UInt32, _ detail: UInt32) -> LuaHandle {
        LuaHandle(type: type, slot: slot, generation: generation, detail: detail)
    }
}
