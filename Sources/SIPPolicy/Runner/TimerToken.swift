/// The number of a runner's timer: the generation's tag, what it is for, and the task with its generation.
struct TimerToken: RawRepresentable {
    enum Purpose: UInt8 {
        /// The end of `sip.sleep`.
        case wake
        /// A reply hook has waited for too long.
        case hookDeadline
        /// The next run of a `sip.every`; the task is its place.
        case repeating
        /// A spawned loop of a retired generation has not ended.
        case retirement
        /// A request of our own took longer than its `timeout`.
        case ownRequest
    }

    var rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    init(tag: UInt16, _ purpose: Purpose, task: UInt32, generation: UInt32) {
        rawValue =
            UInt64(tag) << 48 | UInt64(purpose.rawValue) << 40 | UInt64(generation & 0xFFFF) << 24
            | UInt64(task & 0xFF_FFFF)
    }

    var tag: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 48) }
    var purpose: Purpose? { Purpose(rawValue: UInt8(truncatingIfNeeded: rawValue >> 40)) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 24) & 0xFFFF }
    var task: UInt32 { UInt32(truncatingIfNeeded: rawValue) & 0xFF_FFFF }
}
