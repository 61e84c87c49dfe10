// Basic functions that differ from the stock ones, and require.
#include "internal.h"

#include <string.h>

// The message handler of xpcall runs inside the hook that stopped the handler, where no hook stops it.
static int guarded_handler(lua_State *L) {
    moon_state *S = moon_of(L);
    if (S->run != NULL && S->run->killed) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

static int finish_xpcall(lua_State *L, int status, lua_KContext extra) {
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_pushboolean(L, 0);
        lua_pushvalue(L, -2);
        return 2;
    }
    return lua_gettop(L) - (int)extra;
}

static int base_xpcall(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    int status = lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_xpcall);
    return finish_xpcall(L, status, 2);
}

static int base_setmetatable(lua_State *L) {
    int kind = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    if (kind != LUA_TNIL && kind != LUA_TTABLE) return luaL_typeerror(L, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
    if (kind == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "__gc is not available; use __close");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

static int base_rawset(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "this table is read-only");
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int base_collectgarbage(lua_State *L) {
    static const char *const options[] = {"collect", "step", "count", NULL};
    switch (luaL_checkoption(L, 1, "collect", options)) {
    case 2: lua_pushnumber(L, (lua_Number)moon_of(L)->in_use / 1024); break;
    default: lua_pushinteger(L, 0); break;  // the server decides when to collect
    }
    return 1;
}

// Bytecode is not checked by Lua and could crash the process: only text is loaded. The stock function is the upvalue.
static int base_load(lua_State *L) {
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') == NULL) return luaL_error(L, "bytecode is not loaded");
    if (lua_type(L, 1) == LUA_TSTRING) moon_charge(L, (int64_t)(lua_rawlen(L, 1) / 4));
    if (lua_gettop(L) < 3) lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// Compiles what the snapshot has for the name and runs it. Leaves the module's value on top.
static int run_module(lua_State *L) {
    size_t length, source_length;
    const char *name = lua_tolstring(L, 1, &length);
    moon_state *S = moon_of(L);
    bool limited = S->limited;
    S->limited = false;
    int32_t code = S->callbacks->source(L, name, length);
    S->limited = limited;
    if (code < 0) return lua_error(L);
    const char *source = lua_tolstring(L, -3, &source_length);
    moon_charge(L, (int64_t)(source_length / 4));
    if (luaL_loadbufferx(L, source, source_length, lua_tostring(L, -2), "t") != LUA_OK) return lua_error(L);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -3);
    lua_call(L, 2, 1);
    if (lua_isnil(L, -1)) lua_pushboolean(L, 1);
    return 1;
}

static int base_require(lua_State *L) {
    static char loading;
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_getfield(L, LUA_REGISTRYINDEX, MOON_LOADED_KEY);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, 2) != LUA_TNIL) {
        if (lua_touserdata(L, 3) == &loading)
            return luaL_error(L, "modules require each other in a circle: '%s'", lua_tostring(L, 1));
        return 1;
    }
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, &loading);
    lua_rawset(L, 2);
    lua_pushcfunction(L, run_module);
    lua_pushvalue(L, 1);
    int status = lua_pcall(L, 1, 1, 0);
    lua_pushvalue(L, 1);
    if (status == LUA_OK) lua_pushvalue(L, -2); else lua_pushnil(L);
    lua_rawset(L, 2);
    if (status == LUA_OK) return 1;
    if (lua_type(L, -1) == LUA_TSTRING && strncmp(lua_tostring(L, -1), "module '", 8) == 0) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static void set_metafield(lua_State *L, const char *name) {
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
}

void moon_push_require(lua_State *L) { lua_pushcfunction(L, base_require); }

static int error_text(lua_State *L) {
    lua_settop(L, 1);
    lua_pushliteral(L, "message");
    if (lua_istable(L, 1) && lua_rawget(L, 1) == LUA_TSTRING) return 1;
    lua_pushliteral(L, "error");
    return 1;
}

int moon_push_error(lua_State *L, const char *kind, const char *message) {
    static char metatable;
    lua_pushnil(L);
    lua_createtable(L, 0, 2);
    lua_pushstring(L, kind);
    set_metafield(L, "kind");
    lua_pushstring(L, message);
    set_metafield(L, "message");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 1);
        lua_pushcfunction(L, error_text);
        set_metafield(L, "__tostring");
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable);
    }
    lua_setmetatable(L, -2);
    return 2;
}

void moon_preload(lua_State *L, const char *name) {
    lua_pushstring(L, MOON_LOADED_KEY);
    lua_rawget(L, LUA_REGISTRYINDEX);
    lua_insert(L, -2);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

static int refuse_change(lua_State *L) {
    return luaL_error(L, "'%s' is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

static int next_entry(lua_State *L) {
    lua_settop(L, 2);
    if (lua_next(L, 1)) return 2;
    lua_pushnil(L);
    return 1;
}

static int pairs_of_protected(lua_State *L) {
    lua_pushcfunction(L, next_entry);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushnil(L);
    return 3;
}

static int length_of_protected(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, lua_upvalueindex(1)));
    return 1;
}

// Stack during the work: the table, the proxy, its metatable.
void moon_protect_table(lua_State *L, const char *name) {
    lua_createtable(L, 0, 0);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, -3);
    set_metafield(L, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_change, 1);
    set_metafield(L, "__newindex");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, pairs_of_protected, 1);
    set_metafield(L, "__pairs");
    lua_pushvalue(L, -3);
    lua_pushcclosure(L, length_of_protected, 1);
    set_metafield(L, "__len");
    lua_pushboolean(L, 0);
    set_metafield(L, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

// Expects the table of the stock functions below the new table of globals.
void moon_replace_base(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"xpcall", base_xpcall}, {"setmetatable", base_setmetatable}, {"rawset", base_rawset},
        {"collectgarbage", base_collectgarbage}, {"require", base_require}, {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -2, "load");
    lua_pushcclosure(L, base_load, 1);
    lua_setfield(L, -2, "load");
}
