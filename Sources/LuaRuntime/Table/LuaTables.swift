internal import CLuaShim

#if canImport(Glibc)
    internal import Glibc
#endif

/// A body in a place of its own type: stored bare behind a generic pointer, each call would go through a thunk.
struct LuaEntry {
    let body: LuaBody
}

/// The accessors of a class, see `LuaEntry`.
struct LuaAccessors {
    let get: LuaAccessor?
    let set: LuaAccessor?
}

/// The declarations as the C layer reads them, with the Swift functions beside them in the same order.
///
/// A required module is a class with one object, so that a misspelt entry raises and nothing can be changed.
final class LuaTables {
    private(set) var functions: UnsafeMutablePointer<moon_function>
    private(set) var bodies: UnsafeMutablePointer<LuaEntry>
    private(set) var classes: UnsafeMutablePointer<moon_class>
    private(set) var accessors: UnsafeMutablePointer<LuaAccessors>
    private(set) var hookNames: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private(set) var classCount = 0
    /// Where the functions of a class or module begin: methods and functions first, then metamethods.
    private(set) var firstFunction: [String: Int] = [:]
    private var functionCount = 0
    private let classNumbers: [String: Int]
    private var owned: [UnsafeMutableRawPointer] = []

    init(hookNames: [String], classes declared: [LuaClass], modules: [LuaModule]) {
        let flat = modules.flatMap(\.withSubmodules)
        let functionTotal =
            declared.reduce(0) { $0 + $1.methods.count + $1.metamethods.count }
            + flat.reduce(0) { $0 + $1.functions.count }
        let classTotal = declared.count + flat.count
        functions = .allocate(capacity: max(functionTotal, 1))
        bodies = .allocate(capacity: max(functionTotal, 1))
        classes = .allocate(capacity: max(classTotal, 1))
        accessors = .allocate(capacity: max(classTotal, 1))
        self.hookNames = .allocate(capacity: 32)
        classNumbers = Dictionary(uniqueKeysWithValues: declared.enumerated().map { ($1.name, $0) })
        for bit in 0..<32 { self.hookNames[bit] = cString(bit < hookNames.count ? hookNames[bit] : "this handler") }
        for declaration in declared { add(declaration) }
        for module in flat { add(module) }
    }

    deinit {
        bodies.deinitialize(count: functionCount)
        accessors.deinitialize(count: classCount)
        functions.deallocate()
        bodies.deallocate()
        classes.deallocate()
        accessors.deallocate()
        hookNames.deallocate()
        for pointer in owned { free(pointer) }
    }

    private func add(_ declaration: LuaClass) {
        let number = classCount
        firstFunction[declaration.name] = functionCount
        for method in declaration.methods + declaration.metamethods {
            let isMetamethod = method.name.hasPrefix("__")
            // The object may be the second operand of a metamethod, so the body looks at both.
            add(method, name: method.name, selfClass: isMetamethod ? -1 : Int32(number))
        }
        addClass(
            name: declaration.name, staleText: declaration.staleText, fields: declaration.fields,
            isDynamic: declaration.isDynamic, get: declaration.get, set: declaration.set)
    }

    private func add(_ module: LuaModule) {
        firstFunction[module.name] = functionCount
        for function in module.functions {
            let isLanguage = module.name == "_G"
            add(function, name: isLanguage ? function.name : module.shortName + "." + function.name, selfClass: -1)
        }
        addClass(
            name: module.name, staleText: "", fields: module.fields, isDynamic: false, get: module.get, set: nil)
    }

    private func addClass(
        name: String, staleText: String, fields: [LuaField], isDynamic: Bool, get: LuaAccessor?, set: LuaAccessor?
    ) {
        let compiled = fields.map { field in
            var entry = parameter(LuaParameter(field.name, field.type, optional: field.isOptional))
            if !field.isAssignable { entry.expected = nil }
            return entry
        }
        (classes + classCount).initialize(
            to: moon_class(
                name: cString(name), stale_text: cString(staleText), fields: array(compiled),
                field_count: UInt32(fields.count), index: UInt32(classCount), dynamic_get: isDynamic && get != nil,
                dynamic_set: isDynamic && set != nil))
        (accessors + classCount).initialize(to: LuaAccessors(get: get, set: set))
        classCount += 1
    }

    private func add(_ function: LuaFunction, name: String, selfClass: Int32) {
        (functions + functionCount).initialize(
            to: moon_function(
                name: cString(name), parameters: array(function.parameters.map(parameter)),
                variadic: function.variadic.flatMap { array([parameter(LuaParameter("...", $0))]) },
                parameter_count: UInt32(function.parameters.count), index: UInt32(functionCount),
                hooks: function.allowedIn.rawValue, self_class: selfClass, waits: function.waits.code))
        (bodies + functionCount).initialize(to: LuaEntry(body: function.body))
        functionCount += 1
    }

    // MARK: Types

    private func parameter(_ declared: LuaParameter) -> moon_parameter {
        var result = moon_parameter()
        result.name = cString(declared.name)
        result.expected = cString(declared.type.expectation)
        result.optional = declared.isOptional
        include(declared.type, in: &result)
        return result
    }

    private func include(_ type: LuaType, in result: inout moon_parameter) {
        switch type {
        case .any: result.types |= UInt32(MOON_ANY)
        case .boolean: result.types |= UInt32(MOON_BOOLEAN)
        case .integer: result.types |= UInt32(MOON_INTEGER)
        case .number: result.types |= UInt32(MOON_NUMBER)
        case .string: result.types |= UInt32(MOON_STRING)
        case .table, .list: result.types |= UInt32(MOON_TABLE)
        case .function: result.types |= UInt32(MOON_FUNCTION)
        case .object(let name): result.objects |= 1 << UInt64(number(of: name))
        case .either(let types): for type in types { include(type, in: &result) }
        case .options(let entries, let open):
            result.types |= UInt32(MOON_TABLE)
            result.options = array(entries.map(parameter))
            result.option_count = UInt32(entries.count)
            result.open_options = open
        }
    }

    private func number(of className: String) -> Int {
        guard let number = classNumbers[className] else {
            preconditionFailure("the API table has no class '\(className)'")
        }
        return number
    }

    // MARK: Memory that lives as long as the table

    private func cString(_ text: String) -> UnsafePointer<CChar>? {
        guard let copy = strdup(text) else { return nil }
        owned.append(UnsafeMutableRawPointer(copy))
        return UnsafePointer(copy)
    }

    private func array(_ entries: [moon_parameter]) -> UnsafePointer<moon_parameter>? {
        guard !entries.isEmpty, let raw = malloc(entries.count * MemoryLayout<moon_parameter>.stride) else {
            return nil
        }
        owned.append(raw)
        let typed = raw.bindMemory(to: moon_parameter.self, capacity: entries.count)
        typed.initialize(from: entries, count: entries.count)
        return UnsafePointer(typed)
    }
}

extension LuaModule {
    /// The module, then its submodules in order.
    var withSubmodules: [LuaModule] { [self] + submodules.flatMap(\.withSubmodules) }
}

extension LuaWaiting {
    fileprivate var code: UInt8 {
        switch self {
        case .never: UInt8(MOON_WAITS_NEVER)
        case .sometimes: UInt8(MOON_WAITS_SOMETIMES)
        case .always: UInt8(MOON_WAITS_ALWAYS)
        }
    }
}
