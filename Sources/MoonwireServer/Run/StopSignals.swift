import Glibc

/// SIGTERM and SIGINT, which stop a server in good order.
///
/// They are blocked in every thread and waited for in one, so that no code runs in a signal handler.
enum StopSignals {
    private static func set() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }

    /// Keeps the signals for `wait`. To be called before other threads are made, because they inherit it.
    static func hold() {
        // A peer that closes its connection must not end the process.
        signal(SIGPIPE, SIG_IGN)
        var set = set()
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for a signal; gives its name.
    static func wait() -> String {
        var set = set()
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number == SIGINT ? "SIGINT" : "SIGTERM"
    }

    /// Lets the next signal end the process at once, if stopping takes too long for somebody.
    static func release() {
        var set = set()
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
