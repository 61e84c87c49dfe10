/// Reads or assigns a field: the call, the object, and the field's number in the order of declaration.
///
/// When assigning, the new value is argument 3. For a key that is neither field nor method the number is
/// `LuaClass.dynamicField` and the key is argument 2 (of any type).
public typealias LuaAccessor = @Sendable (LuaCall, LuaHandle, Int) -> LuaReturn

/// A field of an object.
public struct LuaField: Sendable {
    public let name: String
    public let type: LuaType
    /// Nil is a value that it can have, and, when it is assignable, can be given.
    public let isOptional: Bool
    public let isAssignable: Bool
    public let doc: String

    public init(
        _ name: String, _ type: LuaType, optional: Bool = false, assignable: Bool = false, doc: String
    ) {
        self.name = name
        self.type = type
        self.isOptional = optional
        self.isAssignable = assignable
        self.doc = doc
    }
}

/// A class of objects that a policy sees: a handle in Lua, everything else with its owner in Swift.
public struct LuaClass: Sendable {
    /// The number that an accessor gets for a key that is not declared.
    public static let dynamicField = -1

    public let name: String
    public let doc: String
    public let fields: [LuaField]
    public let methods: [LuaFunction]
    /// Functions named `__eq`, `__tostring`, `__pairs`, `__len`, `__concat`, `__call`.
    public let metamethods: [LuaFunction]
    /// The one getter of all fields.
    public let get: LuaAccessor?
    /// The one setter of all assignable fields.
    public let set: LuaAccessor?
    /// Undeclared keys go to `get` and `set` too, instead of raising.
    public let isDynamic: Bool
    /// What is raised when an accessor or method returns `.stale`.
    public let staleText: String

    public init(
        _ name: String, doc: String, fields: [LuaField] = [], methods: [LuaFunction] = [],
        metamethods: [LuaFunction] = [], isDynamic: Bool = false, staleText: String? = nil,
        get: LuaAccessor? = nil, set: LuaAccessor? = nil
    ) {
        precondition(get != nil || (fields.isEmpty && !isDynamic), "\(name) has fields and no getter")
        self.name = name
        self.doc = doc
        self.fields = fields
        self.methods = methods
        self.metamethods = metamethods
        self.isDynamic = isDynamic
        self.staleText = staleText ?? "this \(name) has ended"
        self.get = get
        self.set = set
    }
}
