import ArgumentParser
import Dispatch
import Glibc
import SIPSyntax
import SIPTransaction
import SIPTransport
import SIPUserAgent
import Synchronization

/// One run of the user agent: started, driven by its events until somebody says that it is over.
final class UASession: Sendable {
    private struct State {
        var code: ExitCode?
        var isInterrupted = false
        var hasStarted = false
    }

    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)
    private let isQuiet: Bool
    private let isVerbose: Bool

    init(_ network: NetworkArguments) {
        isQuiet = network.quiet
        isVerbose = network.verbose
    }

    // MARK: Output

    /// A line for people, unless they want none.
    func say(_ line: String) { if !isQuiet { UASession.write(line + "\n", to: STDOUT_FILENO) } }

    /// A line that is wanted in any case.
    func print(_ line: String) { UASession.write(line + "\n", to: STDOUT_FILENO) }

    func complain(_ line: String) { UASession.write("moonwire ua: \(line)\n", to: STDERR_FILENO) }

    /// Unbuffered, so that lines are seen as they come although the output is a pipe.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    // MARK: The end

    /// Ends the run; the first code counts.
    func finish(_ code: ExitCode) {
        state.withLock { state in
            if state.code == nil { state.code = code }
        }
        ended.signal()
    }

    /// Ends the run because a request failed.
    func finish(_ failure: RequestFailure) {
        complain(failure.text)
        finish(UAExit.code(of: failure))
    }

    /// Fixes the code of an end that is still to come.
    func note(_ code: ExitCode) {
        state.withLock { state in
            if state.code == nil { state.code = code }
        }
    }

    /// Whether the first registration is done.
    var hasStarted: Bool { state.withLock { $0.hasStarted } }

    func noteStart() { state.withLock { $0.hasStarted = true } }

    /// Whether an interrupt has asked for the end.
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    // MARK: Running

    /// What a run is made of.
    struct Plan {
        var addressOfRecord: SIPURI
        /// The URI that says where to send, when no server is named.
        var target: SIPURI
        var network: NetworkArguments
        var account: PasswordArguments?
        var answering = Answering()
    }

    /// Runs until `finish`; throws the exit code when it is not 0.
    ///
    /// - Parameters:
    ///   - start: the first thing to do.
    ///   - interrupt: what SIGINT and SIGTERM do; `finish` has to follow from it within a few seconds.
    ///   - onEvent: hears of everything that happens.
    func run(
        _ plan: Plan, start: @escaping @Sendable (UserAgent) -> Void,
        interrupt: @escaping @Sendable (UserAgent) -> Void,
        onEvent: @escaping @Sendable (UserAgentEvent, UserAgent) -> Void
    ) throws {
        let host = try makeHost(plan, onEvent)
        let signals = [SIGINT, SIGTERM].map { watch($0, host, interrupt) }
        host.perform(start)
        ended.wait()
        // The last message may still be on its way to an event loop.
        usleep(UASession.linger)
        for signal in signals { signal.cancel() }
        host.stop()
        let code = state.withLock { $0.code } ?? .failure
        if code != .success { throw code }
    }

    private static let linger: UInt32 = 50_000

    private func makeHost(
        _ plan: Plan, _ onEvent: @escaping @Sendable (UserAgentEvent, UserAgent) -> Void
    ) throws -> UserAgentHost {
        do {
            let server = try plan.network.serverAddress(for: plan.target)
            let password = try plan.account?.value()
            return try UserAgentHost(options(plan, server), addressOfRecord: plan.addressOfRecord) { configuration in
                configuration.password = password
                configuration.authenticationUser = plan.account?.authUser
                configuration.answering = plan.answering
            } onEvent: { event, userAgent in
                onEvent(event, userAgent)
            }
        } catch let error as TransportError {
            complain(error.description)
        } catch ServerAddress.Failure.unknownHost(let name) {
            complain("\(name): no address found")
        } catch ServerAddress.Failure.unsupported(let what) {
            throw ValidationError("\(what): not supported; there are sip URIs over udp and tcp")
        }
        throw UAExit.transport
    }

    private func options(_ plan: Plan, _ server: ServerAddress) -> UserAgentHost.Options {
        let ip = SystemAddresses.local(for: server.address.ip)
        let anywhere = server.address.ip.isIPv6 ? IPAddress(v6High: 0, low: 0) : IPAddress(v4: 0)
        var options = UserAgentHost.Options(
            local: plan.network.listen?.address ?? TransportAddress(ip: ip ?? anywhere, port: 0))
        options.transport = plan.network.listen?.transport ?? server.transport
        options.server = server
        if !isQuiet {
            options.ladder = { [self] in Ladder(isVerbose: isVerbose) { self.say($0) } }
        }
        return options
    }

    /// The first signal ends in good order; a second one, or a server that does not answer, at once.
    private func watch(
        _ number: Int32, _ host: UserAgentHost, _ interrupt: @escaping @Sendable (UserAgent) -> Void
    ) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { [self] in
            let isFirst = state.withLock { state in
                defer { state.isInterrupted = true }
                return !state.isInterrupted
            }
            guard isFirst else { return finish(.failure) }
            host.perform(interrupt)
            DispatchQueue.global().asyncAfter(deadline: .now() + 4) { self.finish(.failure) }
        }
        source.resume()
        return source
    }
}
