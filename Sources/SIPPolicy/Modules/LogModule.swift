internal import LuaRuntime
internal import SIPSyntax

/// `sip.log`, and `print`.
enum LogModule {
    static let declaration = LuaModule(
        "sip.log", doc: "Log messages; they carry the Call-ID by themselves.",
        functions: [
            function("debug", .debug), function("info", .info), function("warn", .warning), function("error", .error),
        ])

    private static func function(_ name: String, _ level: PolicyLogLevel) -> LuaFunction {
        LuaFunction(
            name,
            [
                LuaParameter("text", .string),
                LuaParameter("fields", .table, optional: true, doc: "Values beside the text, by name."),
            ], doc: "Logs a message of this level."
        ) { write($0, level) }
    }

    private static func write(_ call: LuaCall, _ level: PolicyLogLevel) -> LuaReturn {
        let runner = call.runner
        guard level >= runner.environment.minimumLogLevel, runner.shard != nil else { return .nothing }
        var fields: [PolicyLogEntry.Field] = []
        if !call.isNil(2) {
            call.forEachEntry(of: 2) {
                if call.kind(-2) == .string {
                    fields.append(PolicyLogEntry.Field(call.string(-2), PlainText.of(-1, call)))
                }
                return true
            }
            fields.sort { $0.name < $1.name }
        }
        runner.log(level, call.string(1), runner.currentRun(call), fields)
        return .nothing
    }
}

/// Functions that are global in Lua.
enum GlobalFunctions {
    static let declaration = LuaModule(
        "_G", doc: "Functions that need no require.", placement: .global,
        functions: [
            LuaFunction("print", variadic: .any, doc: "Logs its arguments as an info message.") { call in
                let runner = call.runner
                guard runner.shard != nil else { return .nothing }
                let text =
                    call.count == 0 ? "" : (1...call.count).map { PlainText.of($0, call) }.joined(separator: "\t")
                runner.log(.info, text, runner.currentRun(call))
                return .nothing
            }
        ])
}

/// Any value as a word in a log.
enum PlainText {
    static func of(_ index: Int, _ call: LuaCall) -> String {
        switch call.kind(index) {
        case .absent, .null: return "nil"
        case .boolean: return call.bool(index) ? "true" : "false"
        case .number: return call.optionalInteger(index).map { String($0) } ?? String(call.number(index))
        case .string: return call.string(index)
        case .object:
            if case .success(let text) = URIText.read(index, call) { return String(decoding: text, as: UTF8.self) }
            return "object"
        default: return "\(call.kind(index))"
        }
    }
}
