import Logging
import SIPAuthentication
import SIPPolicy
import SIPSyntax
import SIPTransaction
import SIPTransport
import Synchronization

/// The user table as policies ask it: what `moonwire user` writes is there within a second, without a restart.
final class ConfiguredUsers: UserSource {
    private let table: UserTable
    private let logger: Logger
    /// When the file was looked at last, in nanoseconds of the monotonic clock.
    private let lastLook = Atomic<Int64>(0)

    init(_ table: UserTable, logger: Logger) {
        self.table = table
        self.logger = logger
    }

    func ha1(user: [UInt8], realm: [UInt8], algorithm: DigestAlgorithm) -> DigestValue? {
        lookAtFile()
        return user.withByteView { user in
            realm.withByteView { table.ha1(user: user, realm: $0, algorithm: algorithm) }
        }
    }

    private func lookAtFile() {
        let now = MonotonicClock.now().nanoseconds
        let last = lastLook.load(ordering: .relaxed)
        guard now - last > 1_000_000_000,
            lastLook.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
        else { return }
        do { try table.reloadIfChanged() } catch { logger.error("\(error)") }
    }
}
