internal import LuaRuntime
internal import SIPCore
internal import SIPSyntax
internal import SIPTransaction

/// Reads targets: a URI or text, a contact, or `{uri=, q=, headers=, route=, via=}`.
struct TargetReader {
    let call: LuaCall
    let runner: PolicyRunner

    /// One target.
    func target(_ index: Int) -> Result<Target, PolicyProblem> {
        switch call.kind(index) {
        case .string: return plain(index)
        case .object:
            guard let handle = call.object(index) else { return .failure(PolicyProblem("this is no target")) }
            if handle.type == PolicyClass.contact { return contact(handle) }
            return plain(index)
        case .table: return table(index)
        default: return .failure(PolicyProblem("a target is a URI, a contact or a table"))
        }
    }

    /// One target or a list of them.
    func targets(_ index: Int) -> Result<[Target], PolicyProblem> {
        guard call.kind(index) == .table, call.length(index) > 0 else { return target(index).map { [$0] } }
        var list: [Target] = []
        for number in 1...call.length(index) {
            call.pushItem(number, of: index)
            let result = target(-1)
            call.pop()
            switch result {
            case .success(let target): list.append(target)
            case .failure(let problem): return .failure(PolicyProblem("target \(number): \(problem.text)"))
            }
        }
        return .success(list)
    }

    private func plain(_ index: Int) -> Result<Target, PolicyProblem> {
        URIText.read(index, call).map { Target(uri: TargetReader.withoutHeaders($0)) }
    }

    private func contact(_ handle: LuaHandle) -> Result<Target, PolicyProblem> {
        guard let shard = runner.shard, let run = runner.run(handle), handle.place < run.contacts.count else {
            return .failure(PolicyProblem("the contact's request has ended"))
        }
        return .success(shard.target(for: run.contacts[handle.place].binding))
    }

    /// §19.1.1: a Request-URI has no headers.
    static func withoutHeaders(_ uri: [UInt8]) -> [UInt8] {
        let end = uri.withByteView { text in
            URILayout(text).map { $0.headers.isPresent ? $0.headers.lower - 1 : text.count }
        }
        guard let end, end < uri.count else { return uri }
        return Array(uri[..<end])
    }

    // MARK: Tables

    private func table(_ index: Int) -> Result<Target, PolicyProblem> {
        if let unknown = unknownField(index) {
            return .failure(PolicyProblem("a target has no '\(unknown)'; it has uri, q, headers, route, via"))
        }
        defer { call.pop() }
        guard call.pushField("uri", of: index) != .null else { return .failure(PolicyProblem("a target needs 'uri'")) }
        let table = index < 0 ? index - 1 : index
        switch target(-1) {
        case .failure(let problem): return .failure(problem)
        case .success(var target):
            if let problem = addQ(table, &target) ?? addRoute(table, &target) ?? addHeaders(table, &target)
                ?? addListener(table, &target)
            {
                return .failure(problem)
            }
            return .success(target)
        }
    }

    private func unknownField(_ index: Int) -> String? {
        var unknown: String?
        call.forEachEntry(of: index) {
            let name = call.kind(-2) == .string ? call.string(-2) : "(list item)"
            if !["uri", "q", "headers", "route", "via"].contains(name) { unknown = name }
            return unknown == nil
        }
        return unknown
    }

    private func addQ(_ table: Int, _ target: inout Target) -> PolicyProblem? {
        defer { call.pop() }
        guard call.pushField("q", of: table) != .null else { return nil }
        guard let q = call.optionalNumber(-1), q >= 0, q <= 1 else {
            return PolicyProblem("'q' is a number from 0 to 1")
        }
        target.q = UInt16((q * 1000).rounded())
        return nil
    }

    private func addRoute(_ table: Int, _ target: inout Target) -> PolicyProblem? {
        defer { call.pop() }
        switch call.pushField("route", of: table) {
        case .null: return nil
        case .table:
            for number in 0..<call.length(-1) {
                call.pushItem(number + 1, of: -1)
                let problem = appendRoute(&target)
                call.pop()
                if let problem { return problem }
            }
            return nil
        default: return appendRoute(&target)
        }
    }

    /// Adds the value on top as a Route value; a loose router, since nothing else is left in use.
    private func appendRoute(_ target: inout Target) -> PolicyProblem? {
        var value: [UInt8]
        if call.kind(-1) == .string, let layout = NameAddrLayout(call.view(-1)), layout.hasBrackets {
            value = call.view(-1).array
        } else {
            switch URIText.read(-1, call) {
            case .failure(let problem): return problem
            case .success(let uri):
                let isLoose = uri.withByteView { URILayout($0)?.hasParameter("lr", in: $0) ?? false }
                value = Array("<".utf8) + uri + Array((isLoose ? ">" : ";lr>").utf8)
            }
        }
        if value.withByteView({ HeaderText.breaksLine($0) }) { return PolicyProblem("a route has no CR, LF or NUL") }
        if !target.route.isEmpty { target.route.append(UInt8(ascii: ",")) }
        target.route += value
        // A route of the policy's own leads; the contact's connection would pass it by.
        target.flow = nil
        return nil
    }

    private func addHeaders(_ table: Int, _ target: inout Target) -> PolicyProblem? {
        defer { call.pop() }
        switch call.pushField("headers", of: table) {
        case .null: return nil
        case .table:
            switch HeaderTable.read(-1, call, isResponse: false) {
            case .success(let headers): target.headers = headers
            case .failure(let problem): return problem
            }
            return nil
        default: return PolicyProblem("'headers' is a table")
        }
    }

    private func addListener(_ table: Int, _ target: inout Target) -> PolicyProblem? {
        defer { call.pop() }
        guard call.pushField("via", of: table) != .null else { return nil }
        guard let handle = call.object(-1), handle.type == PolicyClass.endpoint,
            handle.detail == EndpointClass.listener,
            let context = runner.run(handle)?.context
        else { return PolicyProblem("'via' is a listener, such as req.listener") }
        target.listener = context.source.listener
        return nil
    }
}

/// Header fields that a policy gives as a table: `{ Subject = "x", Diversion = { "<a>", "<b>" } }`.
enum HeaderTable {
    static func read(_ index: Int, _ call: LuaCall, isResponse: Bool)
        -> Result<[(name: [UInt8], value: [UInt8])], PolicyProblem>
    {
        var headers: [(name: [UInt8], value: [UInt8])] = []
        var problem: String?
        func take(_ name: [UInt8]) {
            let value = call.kind(-1) == .number ? Array(numberText(call).utf8) : call.view(-1).array
            guard call.kind(-1) == .string || call.kind(-1) == .number else {
                problem = "the value of header '\(String(decoding: name, as: UTF8.self))' is no string"
                return
            }
            problem = name.withByteView { name in
                value.withByteView { HeaderRules.problem(name: name, value: $0, isResponseOfOurs: isResponse) }
            }
            headers.append((name, value))
        }
        call.forEachEntry(of: index) {
            guard call.kind(-2) == .string else {
                problem = "headers are given by name"
                return false
            }
            let name = call.view(-2).array
            if call.kind(-1) == .table {
                for number in 0..<call.length(-1) where problem == nil {
                    call.pushItem(number + 1, of: -1)
                    take(name)
                    call.pop()
                }
            } else {
                take(name)
            }
            return problem == nil
        }
        if let problem { return .failure(PolicyProblem(problem)) }
        // A table has no order: by name, so that the same policy writes the same message. The sort is stable enough
        // for values of one name because they are compared by their place.
        let ordered = headers.enumerated().sorted { a, b in
            let order = a.element.name.lexicographicallyPrecedes(b.element.name)
            return a.element.name == b.element.name ? a.offset < b.offset : order
        }
        return .success(ordered.map(\.element))
    }

    private static func numberText(_ call: LuaCall) -> String {
        if let whole = call.optionalInteger(-1) { return String(whole) }
        return String(call.number(-1))
    }
}
