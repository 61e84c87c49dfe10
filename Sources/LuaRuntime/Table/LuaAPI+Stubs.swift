extension LuaAPI {
    /// Stub files for editors (LuaCATS annotations, as the Lua language server reads them), by file name.
    ///
    /// Each required module has a file of its own; classes and global functions are in `types.lua`.
    public func stubs() -> [String: String] {
        var files = ["types.lua": "---@meta\n\n" + classes.map { $0.stub(of: self) }.joined(separator: "\n")]
        for module in modules {
            switch module.placement {
            case .required:
                let path = module.name.split(separator: ".").joined(separator: "/")
                files[path + ".lua"] =
                    "---@meta \(module.name)\n\n" + module.stub(of: self) + "\nreturn \(module.localName)\n"
            case .global:
                let prefix = module.name == "_G" ? "" : module.name + "."
                let text = module.functions.map { $0.stub(prefix: prefix, api: self) }.joined(separator: "\n")
                files["types.lua", default: ""] += "\n" + text
            }
        }
        return files
    }

    /// The names of the hooks in which a function may be called; nil when it is all of them.
    func names(of hooks: LuaHooks) -> [String]? {
        let names = hookNames.enumerated().filter { hooks.contains(.hook($0.offset)) }.map(\.element)
        return names.count == hookNames.count ? nil : names
    }
}

private func comment(_ text: String) -> String {
    text.isEmpty ? "" : text.split(separator: "\n").map { "---\($0)\n" }.joined()
}

extension LuaField {
    fileprivate var stub: String {
        let note = isAssignable ? "" : " (read-only)"
        return "---@field \(name)\(isOptional ? "?" : "") \(type.annotation) \(doc)\(note)\n"
    }
}

extension LuaClass {
    fileprivate func stub(of api: LuaAPI) -> String {
        var text = comment(doc) + "---@class \(name)\n" + fields.map(\.stub).joined()
        if isDynamic { text += "---@field [string] any\n" }
        text += "local \(name) = {}\n\n"
        return text + methods.map { $0.stub(prefix: name + ":", api: api) }.joined(separator: "\n")
    }
}

extension LuaModule {
    fileprivate var localName: String { name.split(separator: ".").joined(separator: "_") }

    fileprivate func stub(of api: LuaAPI) -> String {
        var text = comment(doc) + "---@class \(name)\n" + fields.map(\.stub).joined()
        for submodule in submodules { text += "---@field \(submodule.shortName) \(submodule.name)\n" }
        text += "local \(localName) = {}\n\n"
        text += functions.map { $0.stub(prefix: localName + ".", api: api) }.joined(separator: "\n")
        for submodule in submodules { text += "\n" + submodule.stub(of: api) }
        return text
    }
}

extension LuaFunction {
    fileprivate func stub(prefix: String, api: LuaAPI) -> String {
        var text = comment(doc)
        if waits != .never { text += "---Waits\(waits == .sometimes ? ", when it must" : "").\n" }
        if let names = api.names(of: allowedIn) { text += "---In: \(names.joined(separator: ", ")).\n" }
        for parameter in parameters {
            text += "---@param \(parameter.name)\(parameter.isOptional ? "?" : "") \(parameter.type.annotation)"
            text += parameter.doc.isEmpty ? "\n" : " \(parameter.doc)\n"
        }
        if let variadic { text += "---@param ... \(variadic.annotation)\n" }
        for result in results {
            let note = result.doc.isEmpty ? "" : " " + result.doc
            text += "---@return \(result.type.annotation)\(result.isOptional ? "?" : "") \(result.name)\(note)\n"
        }
        let names = parameters.map(\.name) + (variadic == nil ? [] : ["..."])
        return text + "function \(prefix)\(name)(\(names.joined(separator: ", "))) end\n"
    }
}
