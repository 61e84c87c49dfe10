#if canImport(Glibc)
    internal import Glibc
#endif

/// The clock of a policy that is only loaded: without a shard there is no other.
enum PolicyClock {
    static var now: Int64 { Int64(time(nil)) }
}
