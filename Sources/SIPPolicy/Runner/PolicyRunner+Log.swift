internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax

extension PolicyRunner {
    /// Logs and counts what ended a handler, with its traceback and the Call-ID.
    func report(_ failure: LuaFailure, _ run: PolicyRun, in hook: String) {
        counters.errors &+= 1
        if failure.kind != .error { counters.overBudget &+= 1 }
        var fields = [PolicyLogEntry.Field("handler", hook)]
        if !failure.traceback.isEmpty { fields.append(PolicyLogEntry.Field("traceback", failure.traceback)) }
        log(.error, failure.message, run, fields)
    }

    func log(_ level: PolicyLogLevel, _ text: String, _ run: PolicyRun, _ fields: [PolicyLogEntry.Field] = []) {
        guard level >= environment.minimumLogLevel else { return }
        environment.log(PolicyLogEntry(level: level, text: text, fields: fields, callID: callID(of: run)))
    }

    private func callID(of run: PolicyRun) -> String? {
        if let context = run.context { return context.received.value(of: .callID)?.string }
        return run.callID.isEmpty ? nil : String(decoding: run.callID, as: UTF8.self)
    }
}
