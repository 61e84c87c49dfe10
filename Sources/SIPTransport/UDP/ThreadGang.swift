internal import CLinux
internal import SIPTransaction
internal import Synchronization

/// Who of the UDP threads reads, who runs shards, and who sleeps.
///
/// One thread reads at a time. It puts what it read into the shards' queues before another may read, lets go, and runs
/// the shards. A thread that was asleep is woken when a batch was full, or when nobody has read for a while; it leaves
/// again when it finds the sockets empty while others are at work. The last one at work never leaves: it waits for
/// datagrams and timers.
final class ThreadGang: @unchecked Sendable {
    // Sendable: the state is locked, the rest atomic or constant.
    fileprivate struct State {
        var isReading = false
        /// Threads that are not parked.
        var active: Int
        var parked: [Int] = []
    }

    /// What a thread does next.
    enum Turn {
        case read, run, stop
        /// It slept and was woken.
        case slept
    }

    /// A thread that is not back within this time is late, and another is woken to read.
    static let patience = SIPDuration.milliseconds(1)
    private static let wordStride = 16

    private let state: Mutex<State>
    /// A word for each thread to sleep on, each in a cache line of its own; the last is the ticker's.
    private let words: UnsafeMutablePointer<UInt32>
    private let threads: Int
    private let stopping = Atomic<Bool>(false)
    private let tickerSleeps = Atomic<Bool>(false)
    /// When somebody last let go of reading; `.max` while somebody reads.
    private let letGoAt = Atomic<Int64>(.max)
    private let rounds = Atomic<UInt64>(0)

    init(threads: Int) {
        self.threads = threads
        state = Mutex(State(active: threads))
        words = .allocate(capacity: (threads + 1) * ThreadGang.wordStride)
        words.initialize(repeating: 0, count: (threads + 1) * ThreadGang.wordStride)
    }

    deinit { words.deallocate() }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    // MARK: Taking turns

    /// Makes the thread the reader if nobody is; else it runs what it has, or sleeps until it is wanted.
    func next(_ thread: Int, hasWork: Bool) -> Turn {
        if isStopping { return .stop }
        let turn = state.withLock { state -> Turn in
            if !state.isReading {
                state.isReading = true
                return .read
            }
            if hasWork { return .run }
            state.park(thread)
            return .slept
        }
        switch turn {
        case .read: letGoAt.store(.max, ordering: .relaxed)
        case .slept: sleep(thread)
        case .run, .stop: break
        }
        return turn
    }

    /// Whether the reader is the only one at work, so that it may wait for datagrams.
    var readerIsAlone: Bool { state.withLock { $0.active == 1 } }

    /// The reader found nothing: it leaves if others are at work, who will read when they come back.
    func leave(_ thread: Int) -> Bool {
        let left = state.withLock { state -> Bool in
            guard state.active > 1 else { return false }
            state.isReading = false
            state.park(thread)
            return true
        }
        if left {
            letGoAt.store(MonotonicClock.now().nanoseconds, ordering: .relaxed)
            sleep(thread)
        }
        return left
    }

    /// Lets go of reading; wakes another thread if the batch was full. True when it did.
    func letGo(wasFull: Bool, now: SIPInstant) -> Bool {
        // Ordered against the ticker, which says that it sleeps before it looks: one of the two sees the other.
        letGoAt.store(now.nanoseconds, ordering: .sequentiallyConsistent)
        rounds.store(rounds.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        let woken = state.withLock { state -> Int? in
            state.isReading = false
            return wasFull ? state.unpark() : nil
        }
        if let woken { wake(woken) }
        if tickerSleeps.load(ordering: .sequentiallyConsistent) { wake(threads) }
        return woken != nil
    }

    /// Wakes a thread to read, if nobody does. True when it did.
    func wakeReader() -> Bool {
        guard letGoAt.load(ordering: .relaxed) != .max else { return false }
        guard let woken = state.withLock({ $0.isReading ? nil : $0.unpark() }) else { return false }
        wake(woken)
        return true
    }

    // MARK: Sleeping

    private func word(_ thread: Int) -> UnsafeMutablePointer<UInt32> { words + thread * ThreadGang.wordStride }

    private func sleep(_ thread: Int) {
        while cl_word_exchange(word(thread), 0) == 0 { cl_word_wait(word(thread), 0, -1) }
    }

    private func wake(_ thread: Int) {
        if cl_word_exchange(word(thread), 1) == 0 { cl_word_wake(word(thread)) }
    }

    /// Makes every thread end; the reader must be woken besides.
    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        let parked = state.withLock { state -> [Int] in
            let parked = state.parked
            while state.unpark() != nil {}
            return parked
        }
        for thread in parked { wake(thread) }
        wake(threads)
    }

    // MARK: The ticker

    /// Looks every few milliseconds, while there is traffic, whether a single slow handler keeps the sockets unread;
    /// a run of many quick ones is noticed by the thread that runs them. Sleeps while the server is quiet.
    func runTicker() {
        let period = SIPDuration.milliseconds(5)
        let quietPeriods = 20
        while !isStopping {
            tickerSleeps.store(true, ordering: .sequentiallyConsistent)
            if letGoAt.load(ordering: .sequentiallyConsistent) == .max { sleep(threads) }
            tickerSleeps.store(false, ordering: .relaxed)
            var quiet = 0
            var seen = rounds.load(ordering: .relaxed)
            while quiet < quietPeriods, !isStopping {
                cl_word_wait(word(threads), 0, period.nanoseconds)
                let letGo = letGoAt.load(ordering: .relaxed)
                if letGo != .max, MonotonicClock.now().nanoseconds &- letGo > ThreadGang.patience.nanoseconds {
                    _ = wakeReader()
                }
                let current = rounds.load(ordering: .relaxed)
                quiet = current == seen && letGo == .max ? quiet + 1 : 0
                seen = current
            }
        }
    }
}

extension ThreadGang.State {
    fileprivate mutating func park(_ thread: Int) {
        parked.append(thread)
        active -= 1
    }

    /// The thread that slept shortest is warmest.
    fileprivate mutating func unpark() -> Int? {
        guard let thread = parked.popLast() else { return nil }
        active += 1
        return thread
    }
}
