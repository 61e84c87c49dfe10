internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// `sip`: what is no part of a request.
enum SipModule {
    static let declaration = LuaModule(
        "sip", doc: "Waiting, parallel work, URIs, stores, logs and metrics.",
        functions: [
            LuaFunction(
                "uri", [LuaParameter("text", .string)],
                results: [
                    LuaParameter("uri", .object("uri"), optional: true), LuaParameter("err", .table, optional: true),
                ],
                doc: "The URI that a text is, or nil and an error.", body: uri),
            LuaFunction(
                "sleep", [LuaParameter("seconds", .number)], doc: "Waits.", allowedIn: PolicyHook.waiting,
                waits: .always, body: sleep),
            LuaFunction(
                "spawn", [LuaParameter("function", .function("fun()"))],
                doc: "Starts a function that goes on beside the handler and outlives it.",
                allowedIn: PolicyHook.handlers, body: spawn),
            LuaFunction(
                "all", [LuaParameter("functions", .list(.function("fun(): any")))],
                results: [LuaParameter("...", .any, doc: "The first result of each, in order.")],
                doc: "Runs functions beside each other and waits for all. An error ends the others and is raised.",
                allowedIn: PolicyHook.waiting, waits: .always, body: all),
            LuaFunction(
                "every", [LuaParameter("seconds", .number), LuaParameter("function", .function("fun()"))],
                doc: "Runs a function again and again, on one shard; one that has not ended is not started again.",
                body: every),
            LuaFunction(
                "time", results: [LuaParameter("seconds", .integer)], doc: "Seconds since 1970."
            ) { call in
                call.push(Int(call.runner.wallClock))
                return .one
            },
            StoreClass.function, TableClass.function, UACFunction.declaration,
        ],
        fields: [
            LuaField("config", .table, doc: "The configuration's policy settings, read-only."),
            LuaField("retired", .boolean, doc: "Whether a newer load of the policy has taken over."),
        ],
        submodules: [LogModule.declaration, MetricClass.module],
        get: { call, _, field in
            call.withHost(as: PolicyRunner.self) { runner in
                if field == 0 { runner.pushConfig(call) } else { call.push(runner.isRetired) }
                return .one
            }
        })

    private static func uri(_ call: LuaCall) -> LuaReturn {
        let runner = call.runner
        guard let uri = SIPURI(copying: call.view(1)) else {
            return call.absent(kind: "syntax", "'\(call.string(1))' is no URI")
        }
        runner.pushURI(uri, of: runner.currentRun(call), call)
        return .one
    }

    private static func sleep(_ call: LuaCall) -> LuaReturn {
        let seconds = call.number(1)
        guard seconds >= 0, seconds <= 86_400 else { return call.raise("a sleep is 0 seconds to a day") }
        call.runner.pendingWait = .sleep(.seconds(seconds))
        return call.wait()
    }

    private static func spawn(_ call: LuaCall) -> LuaReturn {
        let runner = call.runner
        let run = runner.currentRun(call)
        guard run.liveTasks < 1000 else { return call.raise("this run has 1000 coroutines") }
        run.liveTasks += 1
        runner.pendingSpawns.append(
            PendingSpawn(function: call.reference(1), run: run.slot, runGeneration: run.generation))
        return .nothing
    }

    private static func all(_ call: LuaCall) -> LuaReturn {
        let count = call.length(1)
        guard count > 0 else { return .nothing }
        guard count <= 100 else { return call.raise("sip.all takes at most 100 functions") }
        for number in 1...count {
            let kind = call.pushItem(number, of: 1)
            call.pop()
            if kind != .function { return call.raise("item \(number) of the list is no function") }
        }
        let functions = (1...count).map { number in
            call.pushItem(number, of: 1)
            defer { call.pop() }
            return call.reference(-1)
        }
        call.runner.pendingWait = .parts(functions)
        return call.wait()
    }

    private static func every(_ call: LuaCall) -> LuaReturn {
        let seconds = call.number(1)
        guard seconds >= 0.01, seconds <= 31_536_000 else { return call.raise("an interval is 0.01 seconds to a year") }
        let runner = call.runner
        guard runner.isFirst, !runner.isRetired else { return .nothing }
        guard runner.repeats.count < 10_000 else { return call.raise("there are 10000 sip.every already") }
        runner.add(
            PolicyRepeat(interval: .seconds(seconds), function: call.reference(2)),
            isRunning: call.hook != PolicyHook.load)
        return .nothing
    }
}

extension PolicyRunner {
    /// Seconds since 1970, on the shard's clock.
    var wallClock: Int64 { shard?.wallClock ?? PolicyClock.now }

    func pushConfig(_ call: LuaCall) {
        if let reference = configReference { return call.push(reference) }
        call.pushReadOnly(environment.settings.lua, name: "sip.config")
        configReference = call.reference(-1)
    }
}
