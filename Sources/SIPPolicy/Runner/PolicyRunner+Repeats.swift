internal import LuaRuntime
internal import SIPCore
internal import SIPTransaction

/// One `sip.every`.
struct PolicyRepeat {
    var interval: SIPDuration
    var function: LuaReference
    var timer: UInt64 = 0
    /// Whether the last run has not ended: the next is left out then.
    var task: UInt32 = 0
    var taskGeneration: UInt32 = 0
}

extension PolicyRunner {
    /// Notes a repeated function; it begins with the runner, or at once when that has begun already.
    func add(_ repeated: PolicyRepeat, isRunning: Bool) {
        repeats.append(repeated)
        if isRunning { schedule(repeats.count - 1) }
    }

    func startRepeats() {
        for place in repeats.indices where repeats[place].timer == 0 { schedule(place) }
    }

    func stopRepeats() {
        for place in repeats.indices where repeats[place].timer != 0 {
            shard?.stopUserTimer(repeats[place].timer)
            repeats[place].timer = 0
        }
    }

    private func schedule(_ place: Int) {
        guard let shard, isFirst, !isRetired else { return }
        let token = TimerToken(tag: generation.tag, .repeating, task: UInt32(place), generation: 0)
        repeats[place].timer = shard.startUserTimer(after: repeats[place].interval, token: token.rawValue)
    }

    func repeatFired(_ place: Int) {
        guard repeats.indices.contains(place) else { return }
        repeats[place].timer = 0
        schedule(place)
        let (last, generation) = (Int(repeats[place].task), repeats[place].taskGeneration)
        if last != 0, tasks[last].isLive, tasks[last].generation == generation { return }
        let task = makeTask(.repeating, makeRun(nil), PolicyHook.task)
        repeats[place].task = task
        repeats[place].taskGeneration = tasks[Int(task)].generation
        start(repeats[place].function, task: task, PolicyHook.task) { _ in 0 }
    }
}
