import Configuration
import Synchronization

/// Remembers which provider of a `ConfigReader` a value came from, so that an error can say so.
final class OriginReporter: AccessReporter {
    private let origins = Mutex<[String: Int]>([:])

    func report(_ event: AccessEvent) {
        let origin = event.providerResults.firstIndex { result in
            guard case .success(let lookup) = result.result else { return true }
            return lookup.value != nil
        }
        origins.withLock { $0[event.metadata.key.components.joined(separator: ".")] = origin }
    }

    /// The position of the provider that the last value of the key came from; nil when none had one.
    func origin(of key: ConfigurationKey) -> Int? { origins.withLock { $0[key.dotted] } }
}
