import Glibc

/// A value that threads change and a test waits on, without sleeping.
final class Watched<Value>: @unchecked Sendable {
    // Sendable: the mutex guards the value.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    func change<R>(_ body: (inout Value) -> R) -> R {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return body(&value)
    }

    var current: Value { change { $0 } }

    /// Waits until the value is as wanted; false after ten seconds.
    func wait(until isWanted: (Value) -> Bool) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var limit = timespec()
        clock_gettime(CLOCK_REALTIME, &limit)
        limit.tv_sec += 10
        while !isWanted(value) {
            if pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT { return isWanted(value) }
        }
        return true
    }
}
