internal import Synchronization

/// The metrics that policies declare (`sip.metric`), for the server's /metrics page.
public final class PolicyMetrics: Sendable {
    /// What a metric measures.
    public enum Kind: String, Sendable, Hashable {
        case counter, gauge, histogram
    }

    /// One metric and its values.
    public struct Metric: Sendable {
        public let name: String
        public let kind: Kind
        public let help: String
        /// The upper bounds of a histogram's buckets.
        public let buckets: [Double]
        /// Values by their labels, written as `name="value",…`; empty for the one without labels.
        public var values: [String: Value] = [:]
    }

    /// A metric's value for one set of labels.
    public struct Value: Sendable, Hashable {
        /// The count, the level, or the sum of what a histogram was given.
        public var number = 0.0
        /// How often a histogram was given something.
        public var count = 0
        /// How often it was below each bound.
        public var bucketCounts: [Int] = []
    }

    private let metrics = Mutex<[Metric]>([])
    /// More sets of labels than this are a mistake: they would grow for ever.
    private static let mostLabels = 10_000

    public init() {}

    /// A copy of all metrics, in the order of their declaration.
    public var all: [Metric] { metrics.withLock { $0 } }

    /// The number of a metric; nil when the name belongs to another kind.
    func declare(_ kind: Kind, _ name: String, help: String, buckets: [Double]) -> Int? {
        metrics.withLock { metrics in
            if let index = metrics.firstIndex(where: { $0.name == name }) {
                return metrics[index].kind == kind ? index : nil
            }
            metrics.append(Metric(name: name, kind: kind, help: help, buckets: buckets))
            return metrics.count - 1
        }
    }

    func kind(_ index: Int) -> Kind? {
        metrics.withLock { $0.indices.contains(index) ? $0[index].kind : nil }
    }

    func add(_ amount: Double, to index: Int, labels: String) {
        change(index, labels) { value, _ in value.number += amount }
    }

    func set(_ level: Double, of index: Int, labels: String) {
        change(index, labels) { value, _ in value.number = level }
    }

    func observe(_ amount: Double, in index: Int, labels: String) {
        change(index, labels) { value, buckets in
            if value.bucketCounts.isEmpty { value.bucketCounts = Array(repeating: 0, count: buckets.count) }
            value.number += amount
            value.count += 1
            for place in buckets.indices where amount <= buckets[place] { value.bucketCounts[place] += 1 }
        }
    }

    private func change(_ index: Int, _ labels: String, _ body: (inout Value, [Double]) -> Void) {
        metrics.withLock { metrics in
            guard metrics.indices.contains(index) else { return }
            let isNew = metrics[index].values[labels] == nil
            guard !isNew || metrics[index].values.count < PolicyMetrics.mostLabels else { return }
            body(&metrics[index].values[labels, default: Value()], metrics[index].buckets)
        }
    }
}
