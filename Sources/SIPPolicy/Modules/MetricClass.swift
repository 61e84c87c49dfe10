internal import LuaRuntime
internal import SIPSyntax

/// `sip.metric`: counters, gauges and histograms of the policy's own.
enum MetricClass {
    static let module = LuaModule(
        "sip.metric", doc: "Metrics for the server's metrics page.",
        functions: [
            declare("counter", .counter, "Declares a number that only grows."),
            declare("gauge", .gauge, "Declares a level."),
            declare("histogram", .histogram, "Declares a distribution."),
        ])

    private static func declare(_ name: String, _ kind: PolicyMetrics.Kind, _ doc: String) -> LuaFunction {
        var options = [
            LuaParameter("name", .string, doc: "Letters, digits and _."),
            LuaParameter("help", .string, optional: true),
        ]
        if kind == .histogram {
            options.append(LuaParameter("buckets", .list(.number), optional: true, doc: "Upper bounds, rising."))
        }
        return LuaFunction(
            name, [LuaParameter("options", .options(options))], results: [LuaParameter("metric", .object("metric"))],
            doc: doc
        ) { declare($0, kind) }
    }

    private static func declare(_ call: LuaCall, _ kind: PolicyMetrics.Kind) -> LuaReturn {
        let name = call.string(call.option(0))
        guard isName(name) else { return call.raise("a metric needs a 'name' of letters, digits and _") }
        var buckets = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
        if kind == .histogram, !call.isNil(call.option(2)) {
            buckets = (0..<call.length(call.option(2))).map { number in
                call.pushItem(number + 1, of: call.option(2))
                defer { call.pop() }
                return call.number(-1)
            }
            guard buckets == buckets.sorted(), !buckets.isEmpty else {
                return call.raise("'buckets' is a rising list of numbers")
            }
        }
        let help = call.optionalString(call.option(1)) ?? ""
        guard
            let number = call.runner.environment.metrics.declare(
                kind, name, help: help, buckets: kind == .histogram ? buckets : [])
        else { return call.raise("the metric '\(name)' is of another kind") }
        call.push(LuaHandle(type: PolicyClass.metric, slot: 0, detail: UInt32(number)))
        return .one
    }

    static let declaration = LuaClass(
        "metric", doc: "A metric; labels are a table of strings.",
        methods: [
            LuaFunction(
                "add", [LuaParameter("amount", .number, optional: true, doc: "1 by default."), labels],
                doc: "Adds to a counter or gauge; only a gauge can fall."
            ) { call in
                with(call, [.counter, .gauge]) { metrics, number, kind, labels in
                    let amount = call.optionalNumber(2) ?? 1
                    if kind == .counter, amount < 0 { return "a counter only grows" }
                    metrics.add(amount, to: number, labels: labels)
                    return nil
                }
            },
            LuaFunction("set", [LuaParameter("level", .number), labels], doc: "Sets a gauge.") { call in
                with(call, [.gauge]) { metrics, number, _, labels in
                    metrics.set(call.number(2), of: number, labels: labels)
                    return nil
                }
            },
            LuaFunction("observe", [LuaParameter("amount", .number), labels], doc: "Adds to a histogram.") { call in
                with(call, [.histogram]) { metrics, number, _, labels in
                    metrics.observe(call.number(2), in: number, labels: labels)
                    return nil
                }
            },
        ],
        metamethods: [HandleFunctions.equality])

    private static let labels = LuaParameter("labels", .table, optional: true)

    private static func with(
        _ call: LuaCall, _ kinds: [PolicyMetrics.Kind],
        _ body: (PolicyMetrics, Int, PolicyMetrics.Kind, String) -> String?
    ) -> LuaReturn {
        let metrics = call.runner.environment.metrics
        guard let handle = call.object(1), let kind = metrics.kind(Int(handle.detail)) else { return .stale }
        guard kinds.contains(kind) else { return call.raise("a \(kind.rawValue) has no such method") }
        var labels = ""
        if !call.isNil(3) {
            var parts: [String] = []
            call.forEachEntry(of: 3) {
                if call.kind(-2) == .string, isName(call.string(-2)) {
                    parts.append(call.string(-2) + "=\"" + escaped(PlainText.of(-1, call)) + "\"")
                }
                return true
            }
            labels = parts.sorted().joined(separator: ",")
        }
        if let problem = body(metrics, Int(handle.detail), kind, labels) { return call.raise(problem) }
        return .nothing
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first == UInt8(ascii: "_") || (first | 0x20 >= 0x61 && first | 0x20 <= 0x7A)
        else { return false }
        return name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || ASCII.isDigit(byte)
        }
    }
}
