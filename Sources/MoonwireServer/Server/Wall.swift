import Glibc

/// The time of day.
enum Wall {
    /// Seconds since 1970.
    static func seconds() -> Int64 { Int64(time(nil)) }
}
