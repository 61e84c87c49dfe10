public import CLua
public import CLuaShim

/// Tables are read and written raw: metamethods could raise through Swift.
extension LuaCall {
    /// Pushes a new table with room for so many list items and named fields.
    @inlinable
    public func pushTable(items: Int = 0, fields: Int = 0) { lua_createtable(state, Int32(items), Int32(fields)) }

    /// The number of list items of the table at `index`.
    @inlinable
    public func length(_ index: Int) -> Int { Int(lua_rawlen(state, Int32(index))) }

    /// Pushes item `number` (from 1) of the table at `index`.
    @inlinable
    @discardableResult
    public func pushItem(_ number: Int, of index: Int) -> LuaKind {
        LuaKind(rawValue: lua_rawgeti(state, Int32(index), lua_Integer(number))) ?? .null
    }

    /// Pushes the named field of the table at `index`, which may be negative.
    @inlinable
    @discardableResult
    public func pushField(_ name: StaticString, of index: Int) -> LuaKind {
        let table = lua_absindex(state, Int32(index))
        push(name)
        return LuaKind(rawValue: lua_rawget(state, table)) ?? .null
    }

    /// Pops the value on top into item `number` of the table below it.
    @inlinable
    public func setItem(_ number: Int) { lua_rawseti(state, -2, lua_Integer(number)) }

    /// Pops the value on top into the named field of the table below it.
    @inlinable
    public func setField(_ name: StaticString) {
        push(name)
        moon_insert(state, -2)
        lua_rawset(state, -3)
    }

    /// Pops the value on top into the named field of the table below it.
    public func setField(named name: String) {
        push(name)
        moon_insert(state, -2)
        lua_rawset(state, -3)
    }

    /// Visits the entries of the table at `index`: the key is at -2, the value at -1; both must be left as they are,
    /// and the table unchanged. Ends early when `visit` returns false.
    public func forEachEntry(of index: Int, _ visit: () -> Bool) {
        let table = lua_absindex(state, Int32(index))
        lua_pushnil(state)
        // lua_next raises only for a key that is not in the table, and these keys come from it.
        while lua_next(state, table) != 0 {
            guard visit() else {
                pop(2)
                return
            }
            pop()
        }
    }
}
