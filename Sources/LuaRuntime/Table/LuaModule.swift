/// A group of functions under one name.
public struct LuaModule: Sendable {
    /// How a policy gets at a module.
    public enum Placement: Sendable {
        /// By `require`; it cannot be changed.
        case required
        /// As a global of its name; where the library exists (`os`) the functions are added to it, and those of `_G`
        /// are globals themselves.
        case global
    }

    /// The full name: `sip.registrar`.
    public let name: String
    public let doc: String
    public let placement: Placement
    public let functions: [LuaFunction]
    /// Fields that `get` reads; only of required modules.
    public let fields: [LuaField]
    public let get: LuaAccessor?
    /// Modules that are entries of this one, by the last part of their name; only of required modules.
    public let submodules: [LuaModule]

    public init(
        _ name: String, doc: String, placement: Placement = .required, functions: [LuaFunction] = [],
        fields: [LuaField] = [], submodules: [LuaModule] = [], get: LuaAccessor? = nil
    ) {
        precondition(get != nil || fields.isEmpty, "\(name) has fields and no getter")
        self.name = name
        self.doc = doc
        self.placement = placement
        self.functions = functions
        self.fields = fields
        self.submodules = submodules
        self.get = get
    }

    /// The last part of the name: `registrar`.
    public var shortName: String {
        name.split(separator: ".").last.map(String.init) ?? name
    }
}
