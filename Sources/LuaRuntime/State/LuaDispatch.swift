internal import CLua
internal import CLuaShim

/// Where the C layer enters Swift: finds the declared function by its number and calls it.
struct LuaDispatch {
    let bodies: UnsafeMutablePointer<LuaEntry>
    let accessors: UnsafeMutablePointer<LuaAccessors>
    let snapshot: LuaSnapshot

    @inline(__always)
    private static func of(_ state: OpaquePointer) -> UnsafeMutablePointer<LuaDispatch>? {
        moon_runtime(state)?.assumingMemoryBound(to: LuaDispatch.self)
    }

    /// The same for all states; never freed. Unchecked: it is never written after it has been made.
    nonisolated(unsafe) static let callbacks: UnsafePointer<moon_callbacks> = {
        let pointer = UnsafeMutablePointer<moon_callbacks>.allocate(capacity: 1)
        pointer.initialize(to: moon_callbacks(call: call, get: get, set: set, source: source))
        return UnsafePointer(pointer)
    }()

    private static let call: @convention(c) (OpaquePointer?, UInt32, Int32) -> Int32 = { state, number, optionBase in
        guard let state, let dispatch = LuaDispatch.of(state) else { return 0 }
        return dispatch.pointee.bodies[Int(number)].body(LuaCall(state, optionBase: optionBase)).code
    }

    private static let get: @convention(c) (OpaquePointer?, moon_handle, UInt32) -> Int32 = { state, handle, field in
        guard let state, let dispatch = LuaDispatch.of(state) else { return 0 }
        let number = field == UInt32(MOON_DYNAMIC_FIELD) ? LuaClass.dynamicField : Int(field)
        return dispatch.pointee.accessors[Int(handle.type)].get?(LuaCall(state), LuaHandle(handle), number).code ?? 0
    }

    private static let set: @convention(c) (OpaquePointer?, moon_handle, UInt32) -> Int32 = { state, handle, field in
        guard let state, let dispatch = LuaDispatch.of(state) else { return 0 }
        let number = field == UInt32(MOON_DYNAMIC_FIELD) ? LuaClass.dynamicField : Int(field)
        return dispatch.pointee.accessors[Int(handle.type)].set?(LuaCall(state), LuaHandle(handle), number).code ?? 0
    }

    private static let source: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?, Int) -> Int32 = {
        state, name, length in
        guard let state, let dispatch = LuaDispatch.of(state) else { return 0 }
        let call = LuaCall(state)
        let name = String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self)
        switch dispatch.pointee.snapshot.module(named: name) {
        case .success(let file):
            file.bytes.withUnsafeBytes { call.push($0) }
            call.push("@" + file.name)
            call.push(file.name)
            return 3
        case .failure(let reason):
            return call.raise("module '\(name)' \(reason.text)").code
        }
    }
}
