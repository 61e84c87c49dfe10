/// Whether a function suspends the handler that calls it.
public enum LuaWaiting: Sendable {
    case never
    /// It may; the body asks `LuaCall.canWait` before it begins what it would have to wait for.
    case sometimes
    /// It does; where waiting is impossible the call raises before the body runs.
    case always
}

/// What a body does: reads its arguments from the call, pushes results, and says how the call ends.
public typealias LuaBody = @Sendable (LuaCall) -> LuaReturn

/// One function of the API, as it is declared: registration, argument checks, stubs and reference come from it.
public struct LuaFunction: Sendable {
    public let name: String
    public let parameters: [LuaParameter]
    /// What further arguments must be; nil: they are dropped.
    public let variadic: LuaType?
    public let results: [LuaParameter]
    /// What it does, for the reference; the first line is a sentence of its own.
    public let doc: String
    public let allowedIn: LuaHooks
    public let waits: LuaWaiting
    public let body: LuaBody

    /// For a method the object is argument 1 and the parameters begin at 2.
    public init(
        _ name: String, _ parameters: [LuaParameter] = [], variadic: LuaType? = nil, results: [LuaParameter] = [],
        doc: String, allowedIn: LuaHooks = .everywhere, waits: LuaWaiting = .never, body: @escaping LuaBody
    ) {
        self.name = name
        self.parameters = parameters
        self.variadic = variadic
        self.results = results
        self.doc = doc
        self.allowedIn = allowedIn
        self.waits = waits
        self.body = body
    }
}
