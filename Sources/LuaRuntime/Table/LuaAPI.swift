internal import CLuaShim

/// The whole API that policies see: hooks, classes and modules, compiled once and shared by all states.
///
/// Objects of the class `classes[n]` have `type` n in their handles.
public final class LuaAPI: @unchecked Sendable {
    // Unchecked: the tables are written in init and only read afterwards.

    /// The names of the hooks; a hook's bit in `LuaHooks` is its position here.
    public let hookNames: [String]
    public let classes: [LuaClass]
    public let modules: [LuaModule]
    let tables: LuaTables

    /// Compiles the declarations. A type that names no class of the API is a mistake of the caller.
    public init(hookNames: [String], classes: [LuaClass] = [], modules: [LuaModule] = []) {
        precondition(!hookNames.isEmpty && hookNames.count <= 32, "hooks are bits of a word")
        precondition(classes.count <= 64, "classes that are argument types are bits of a word")
        self.hookNames = hookNames
        self.classes = classes
        self.modules = modules
        tables = LuaTables(hookNames: hookNames, classes: classes, modules: modules)
    }

    /// The type number of a class, for handles.
    public func type(of className: String) -> UInt32? {
        classes.firstIndex { $0.name == className }.map(UInt32.init)
    }
}
