public import SIPAuthentication
public import SIPSyntax
import Synchronization

/// The digest users in memory, shared by all shards.
///
/// `reloadIfChanged` takes over what `moonwire user` wrote, without a restart. A look-up locks for some 100 ns; the
/// file is read outside of the lock.
public final class UserTable: Sendable {
    private struct State {
        var snapshot: UserSnapshot
        /// The file that was read last, even if it couldn't be used: it is not tried again until it changes.
        var stamp: PrivateFile.Stamp?
        var isReloading = false
    }

    private let file: UserFile
    private let state: Mutex<State>

    /// Reads the file; there are no users when there is no file.
    public init(path: String) throws(PrivateFileError) {
        file = UserFile(path: path)
        let (_, records, stamp) = try file.read()
        state = Mutex(State(snapshot: UserSnapshot(records), stamp: stamp))
    }

    /// How many users there are.
    public var count: Int { state.withLock { $0.snapshot.count } }

    /// The HA1 of a user for `algorithm.hash`; nil for an unknown user.
    public func ha1(user: ByteView, realm: ByteView, algorithm: DigestAlgorithm) -> DigestValue? {
        state.withLock { $0.snapshot.ha1(user: user, realm: realm, algorithm: algorithm) }
    }

    /// Reads the file again if it has changed (its time, size or inode); true when the users are new.
    ///
    /// A file that can't be used leaves the users as they are, and its error is thrown once. To be called at a look-up,
    /// at most once a second: it costs one system call.
    @discardableResult
    public func reloadIfChanged() throws(PrivateFileError) -> Bool {
        let stamp = file.stamp()
        let isMine = state.withLock { state in
            guard !state.isReloading, state.stamp != stamp else { return false }
            state.isReloading = true
            return true
        }
        guard isMine else { return false }
        do throws(PrivateFileError) {
            let (_, records, read) = try file.read()
            let snapshot = UserSnapshot(records)
            state.withLock { $0 = State(snapshot: snapshot, stamp: read) }
            return true
        } catch {
            state.withLock { state in
                state.stamp = stamp
                state.isReloading = false
            }
            throw error
        }
    }
}
