internal import CLua
internal import CLuaShim

/// Puts the classes and modules of an API into a fresh state.
struct LuaRegistration {
    let state: OpaquePointer
    let api: LuaAPI
    private var call: LuaCall { LuaCall(state) }

    init(state: OpaquePointer, api: LuaAPI) {
        self.state = state
        self.api = api
    }

    func run() {
        for (number, declaration) in api.classes.enumerated() { define(declaration, number: number) }
        var number = api.classes.count
        for module in api.modules {
            let first = number
            number += module.withSubmodules.count
            switch module.placement {
            case .required:
                pushModule(module, number: first)
                moon_preload(state, module.name)
            case .global: addToGlobals(module)
            }
        }
        lua_settop(state, 0)
    }

    private func define(_ declaration: LuaClass, number: Int) {
        let first = api.tables.firstFunction[declaration.name] ?? 0
        let definition = api.tables.classes + number
        pushFunctions(declaration.methods, first: first)
        moon_define_class(state, definition)
        for (offset, metamethod) in declaration.metamethods.enumerated() {
            moon_push_function(state, api.tables.functions + first + declaration.methods.count + offset)
            moon_define_metamethod(state, definition, metamethod.name)
        }
    }

    private func pushFunctions(_ functions: [LuaFunction], first: Int) {
        call.pushTable(fields: functions.count)
        for (offset, function) in functions.enumerated() {
            moon_push_function(state, api.tables.functions + first + offset)
            call.setField(named: function.name)
        }
    }

    /// Submodules have the numbers after their parent's, in the order of `withSubmodules`.
    private func pushModule(_ module: LuaModule, number: Int) {
        lua_checkstack(state, 10)
        pushFunctions(module.functions, first: api.tables.firstFunction[module.name] ?? 0)
        var next = number + 1
        for submodule in module.submodules {
            pushModule(submodule, number: next)
            call.setField(named: submodule.shortName)
            next += submodule.withSubmodules.count
        }
        moon_define_class(state, api.tables.classes + number)
        call.push(LuaHandle(type: UInt32(number), slot: 0))
    }

    private func addToGlobals(_ module: LuaModule) {
        moon_push_globals(state)
        if module.name != "_G" {
            call.push(module.name)
            if lua_rawget(state, -2) != LUA_TTABLE {
                call.pop()
                call.pushTable(fields: module.functions.count)
                call.pushCopy(of: -1)
                lua_setfield(state, -3, module.name)
            }
        }
        let first = api.tables.firstFunction[module.name] ?? 0
        for (offset, function) in module.functions.enumerated() {
            moon_push_function(state, api.tables.functions + first + offset)
            call.setField(named: function.name)
        }
        lua_settop(state, 0)
    }
}
