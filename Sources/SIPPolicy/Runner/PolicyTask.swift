internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// One coroutine of a policy and why it runs.
struct PolicyTask {
    enum Kind: UInt8 {
        /// The top level of the policy's files.
        case load
        /// The handler `request`.
        case request
        /// `on_reply` and `on_branch` of an attempt.
        case replyHook, branchHook
        /// Any other handler.
        case event
        /// Started by `sip.spawn` or `sip.every`.
        case spawned, repeating
        /// A function of `sip.all`.
        case part
        /// A function that gives a user's credentials.
        case credentials
    }

    var kind = Kind.load
    var isLive = false
    var generation: UInt32 = 1
    /// The slot of its run.
    var run: UInt32 = 0
    /// The task that waits for this one, and this one's place among those it waits for.
    var parent: UInt32 = 0
    var place = 0
    var hook: LuaHooks = []
    /// Set while it waits.
    var thread: LuaThread?
    var wait = Wait.nothing
    /// The timer of what it waits for, and the one that ends it by force; 0 for none.
    var timer: UInt64 = 0
    var deadline: UInt64 = 0
    /// What the parts of `sip.all` have returned.
    var results: [LuaReference?] = []

    /// What a task waits for.
    enum Wait {
        case nothing
        case attempt
        case sleep
        case parts(left: Int)
        case credentials(CredentialsQuestion)
        case ownRequest(UInt64)
    }
}

/// What a function that waits wants done once its coroutine is suspended: nothing resumes it before.
enum PendingWait {
    case nothing
    case attempt(PolicyRun, [Target], AttemptOptions, onReply: LuaReference?, onBranch: LuaReference?)
    case sleep(SIPDuration)
    case parts([LuaReference])
    case credentials(LuaReference, CredentialsQuestion)
    case ownRequest(OwnRequestRun)
}

/// What `auth.require` goes on with when its function has given the credentials.
struct CredentialsQuestion {
    var run: PolicyRun
    var rules: AuthenticationRules
    /// Whether it answers the request itself.
    var answers: Bool
    var name: [UInt8]
    var realm: [UInt8]
    var position: String
}

/// A coroutine that begins once the one that asked for it has let go.
struct PendingSpawn {
    var function: LuaReference
    var run: UInt32
    var runGeneration: UInt32
}
