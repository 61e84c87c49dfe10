extension LuaAPI {
    /// The reference page in Markdown: modules first, then classes.
    public func reference() -> String {
        let sections =
            modules.flatMap(\.withSubmodules).map { $0.section(of: self) } + classes.map { $0.section(of: self) }
        return sections.joined(separator: "\n")
    }
}

extension LuaModule {
    fileprivate func section(of api: LuaAPI) -> String {
        let title =
            placement == .global ? (name == "_G" ? "Global functions" : "Added to `\(name)`") : "Module `\(name)`"
        var text = "## \(title)\n\n\(doc)\n" + fieldTable(fields)
        let prefix = name == "_G" ? "" : shortName + "."
        for function in functions { text += function.entry(prefix: prefix, api: api) }
        return text
    }
}

extension LuaClass {
    fileprivate func section(of api: LuaAPI) -> String {
        var text = "## Class `\(name)`\n\n\(doc)\n" + fieldTable(fields)
        for method in methods { text += method.entry(prefix: name + ":", api: api) }
        return text
    }
}

private func fieldTable(_ fields: [LuaField]) -> String {
    guard !fields.isEmpty else { return "" }
    let rows = fields.map { field in
        "| `\(field.name)` | `\(cell(field.type.annotation))`\(field.isOptional ? " or nil" : "") | "
            + "\(field.isAssignable ? "assignable. " : "")\(cell(field.doc)) |\n"
    }
    return "\n| field | type | |\n| --- | --- | --- |\n" + rows.joined()
}

/// A bar would end the table's cell.
private func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

extension LuaFunction {
    fileprivate func entry(prefix: String, api: LuaAPI) -> String {
        let names = parameters.map { $0.isOptional ? $0.name + "?" : $0.name } + (variadic == nil ? [] : ["..."])
        var text = "\n### `\(prefix)\(name)(\(names.joined(separator: ", ")))`\n\n\(doc)\n"
        if waits != .never { text += waits == .always ? "\nWaits in place.\n" : "\nWaits in place when it must.\n" }
        if let names = api.names(of: allowedIn) {
            text += "\nAvailable in \(names.map { "`\($0)`" }.joined(separator: ", ")).\n"
        }
        let rows = parameters.flatMap(\.rows)
        if !rows.isEmpty { text += "\n| argument | type | |\n| --- | --- | --- |\n" + rows.joined() }
        if !results.isEmpty {
            let list = results.map { "`\($0.name): \($0.type.annotation)\($0.isOptional ? "?" : "")` \($0.doc)" }
            text += "\nReturns " + list.joined(separator: "; ") + "\n"
        }
        return text
    }
}

extension LuaParameter {
    /// A row of its own, and one for each named option.
    fileprivate var rows: [String] {
        var shown = type.annotation
        var inner: [LuaParameter] = []
        if case .options(let entries, _) = type {
            shown = "table"
            inner = entries
        }
        let row = "| `\(name)`\(isOptional ? " (optional)" : "") | `\(cell(shown))` | \(cell(doc)) |\n"
        return [row] + inner.map { "| `\(name).\($0.name)` | `\(cell($0.type.annotation))` | \(cell($0.doc)) |\n" }
    }
}
