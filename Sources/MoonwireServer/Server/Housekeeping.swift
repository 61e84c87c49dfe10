import NIOCore
import NIOPosix
import SIPRegistrar

/// What has to be done now and then beside the traffic: expired bindings are taken out, and their events handed on.
final class Housekeeping: Sendable {
    private let loop: any EventLoop
    private let group: MultiThreadedEventLoopGroup
    private let locations: LocationTable
    private let watchesBindings: Bool

    init(locations: LocationTable, watchesBindings: Bool) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        loop = group.next()
        self.locations = locations
        self.watchesBindings = watchesBindings
        locations.recordsEvents = watchesBindings
    }

    /// Begins; `changed` gets what happened to bindings, in order.
    func start(_ changed: @escaping @Sendable ([LocationEvent]) -> Void) {
        let interval: TimeAmount = watchesBindings ? .milliseconds(100) : .seconds(1)
        loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [locations, watchesBindings] _ in
            // Once round the table in about a minute, so that no sweep is long.
            let turns = Int(interval.nanoseconds / 1_000_000)
            _ = locations.sweep(now: Wall.seconds(), limit: max(16, 3 * locations.knownCount * turns / 60_000))
            guard watchesBindings else { return }
            let events = locations.takeEvents()
            if !events.isEmpty { changed(events) }
        }
    }

    func stop() { group.shutdownGracefully { _ in } }
}
