internal import LuaRuntime
internal import SIPSyntax
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Read-only data of one file, held once for all shards.
final class PolicyDataTable: Sendable {
    /// Values by key: what follows the key in its line.
    let rows: [String: [String]]
    let longestKey: Int

    /// Lines `key,value,…`; empty ones and those with `#` in front are passed over.
    init(_ bytes: [UInt8]) {
        var rows: [String: [String]] = [:]
        var longest = 0
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where line.first != UInt8(ascii: "#") {
            let cells = CSVLine.cells(line)
            guard let key = cells.first, !key.isEmpty else { continue }
            rows[key] = Array(cells.dropFirst())
            longest = max(longest, key.utf8.count)
        }
        self.rows = rows
        longestKey = longest
    }
}

/// One line of comma-separated values; `"` around a cell keeps its commas, and `""` in it is one quote.
enum CSVLine {
    static func cells(_ line: ArraySlice<UInt8>) -> [String] {
        var cells: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var wasQuoted = false
        var index = line.startIndex
        func finish() {
            let text = String(decoding: cell, as: UTF8.self)
            cells.append(wasQuoted ? text : trimmed(text))
            cell = []
            wasQuoted = false
        }
        while index < line.endIndex {
            let byte = line[index]
            if byte == UInt8(ascii: "\"") {
                if isQuoted, index + 1 < line.endIndex, line[index + 1] == byte {
                    cell.append(byte)
                    index += 1
                } else {
                    isQuoted.toggle()
                    wasQuoted = true
                }
            } else if byte == UInt8(ascii: ","), !isQuoted {
                finish()
            } else {
                cell.append(byte)
            }
            index += 1
        }
        finish()
        return cells
    }

    private static func trimmed(_ text: String) -> String {
        var text = Substring(text)
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}

/// The data files of one load of a policy, read once.
final class PolicyTables: Sendable {
    private struct Content {
        var folder: String?
        var files: [String: [UInt8]] = [:]
        var tables: [String: PolicyDataTable] = [:]
    }

    private let content: Mutex<Content>
    private static let largestFile = 64 << 20

    init(folder: String) { content = Mutex(Content(folder: folder)) }

    init(files: [String: String]) {
        content = Mutex(Content(files: files.filter { !$0.key.hasSuffix(".lua") }.mapValues { Array($0.utf8) }))
    }

    /// From now on only what was read already exists.
    func seal() { content.withLock { $0.folder = nil } }

    /// The files so far, by name.
    var files: [String: [UInt8]] { content.withLock { $0.files } }

    func table(_ name: String) -> PolicyDataTable? {
        guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else { return nil }
        return content.withLock { content in
            if let table = content.tables[name] { return table }
            if content.files[name] == nil, let folder = content.folder {
                content.files[name] = PolicyTables.read(folder + "/" + name)
            }
            guard let bytes = content.files[name] else { return nil }
            let table = PolicyDataTable(bytes)
            content.tables[name] = table
            return table
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "rbe") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= largestFile {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes.append(contentsOf: buffer[0..<count])
        }
        return nil
    }
}

/// `sip.table`: data from a file beside the policy.
enum TableClass {
    static let function = LuaFunction(
        "table", [LuaParameter("file", .string, doc: "A file of comma-separated values beside the policy.")],
        results: [LuaParameter("table", .object("datatable"))],
        doc: "Read-only data, held once for all shards: the first cell of a line is its key. Call it at the top level."
    ) { call in
        let runner = call.runner
        let name = call.string(1)
        guard let table = runner.generation.tables.table(name) else {
            return call.raise("there is no file '\(name)' beside the policy, or it was first asked for after the load")
        }
        let place = runner.dataTables.firstIndex { $0 === table } ?? runner.dataTables.count
        if place == runner.dataTables.count { runner.dataTables.append(table) }
        call.push(LuaHandle(type: PolicyClass.table, slot: 0, detail: UInt32(place)))
        return .one
    }

    static let declaration = LuaClass(
        "datatable", doc: "Read-only data from a file.",
        methods: [
            LuaFunction(
                "get", [LuaParameter("key", .string)], results: [LuaParameter("value", .any)],
                doc: "What stands behind the key: a string, a list when there are several cells, or nil."
            ) { call in
                with(call) { table in
                    push(table.rows[call.string(2)], call)
                    return .one
                }
            },
            LuaFunction(
                "longest_prefix", [LuaParameter("digits", .string)],
                results: [LuaParameter("value", .any), LuaParameter("prefix", .string, optional: true)],
                doc: "What stands behind the longest key that the text begins with, and that key.",
                body: longestPrefix),
        ],
        metamethods: [HandleFunctions.equality])

    private static func with(_ call: LuaCall, _ body: (PolicyDataTable) -> LuaReturn) -> LuaReturn {
        let runner = call.runner
        guard let handle = call.object(1), Int(handle.detail) < runner.dataTables.count else { return .stale }
        return body(runner.dataTables[Int(handle.detail)])
    }

    private static func push(_ cells: [String]?, _ call: LuaCall) {
        guard let cells else { return call.pushNil() }
        if cells.count == 1 { call.push(cells[0]) } else { call.push(LuaValue.list(cells.map(LuaValue.string))) }
    }

    private static func longestPrefix(_ call: LuaCall) -> LuaReturn {
        with(call) { table in
            var prefix = String(call.string(2).prefix(table.longestKey))
            while !prefix.isEmpty {
                if let cells = table.rows[prefix] {
                    push(cells, call)
                    call.push(prefix)
                    return .results(2)
                }
                prefix.removeLast()
            }
            call.pushNil()
            return .one
        }
    }
}
