/// What a parameter, option, field or result of the API may be.
///
/// Arguments are checked from it, and the editor stubs and the reference page say it.
public indirect enum LuaType: Sendable, Hashable {
    /// Any value; nil too.
    case any
    case boolean
    /// A number without a fraction.
    case integer
    case number
    /// A string; a number is taken as its text.
    case string
    case table
    /// A function, with its signature for the documentation, as in `"fun(res: response)"`.
    case function(String)
    /// An object of the class with this name.
    case object(String)
    /// A table used as a list.
    case list(LuaType)
    /// One of several types.
    case either([LuaType])
    /// A table with these named entries and no others; `open` allows list items beside them.
    case options([LuaParameter], open: Bool)

    /// A function of which nothing more is said.
    public static var function: LuaType { .function("function") }
    /// A table with these named entries and no others.
    public static func options(_ entries: [LuaParameter]) -> LuaType { .options(entries, open: false) }

    /// The type in a message to the policy's author: `string or uri`.
    public var expectation: String {
        switch self {
        case .any: "value"
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .table, .list, .options: "table"
        case .function: "function"
        case .object(let name): name
        case .either(let types): types.map(\.expectation).uniqued().joined(separator: " or ")
        }
    }

    /// The type in the notation of the Lua language server: `string|uri`.
    public var annotation: String {
        switch self {
        case .any: "any"
        case .boolean, .integer, .number, .string, .table, .object: expectation
        case .function(let signature): signature
        case .list(let element): element.needsParentheses ? "(\(element.annotation))[]" : element.annotation + "[]"
        case .either(let types): types.map(\.annotation).joined(separator: "|")
        case .options(let entries, let open):
            "{ " + entries.map(\.annotation).joined(separator: ", ") + (open ? ", [integer]: any }" : " }")
        }
    }

    private var needsParentheses: Bool {
        switch self {
        case .either, .function: true
        default: false
        }
    }
}

extension [String] {
    fileprivate func uniqued() -> [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

/// A named value that goes into a function or comes out of it.
public struct LuaParameter: Sendable, Hashable {
    /// The name in messages and documentation; for an option, its key.
    public let name: String
    public let type: LuaType
    /// Nil and absence are accepted.
    public let isOptional: Bool
    /// One sentence for the reference.
    public let doc: String

    public init(_ name: String, _ type: LuaType, optional: Bool = false, doc: String = "") {
        self.name = name
        self.type = type
        self.isOptional = optional
        self.doc = doc
    }

    var annotation: String { "\(name)\(isOptional ? "?" : ""): \(type.annotation)" }
}
