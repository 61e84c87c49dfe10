// What a policy sees: an allow-list. Whatever is not named here does not exist.
#include "internal.h"

#include <lualib.h>

static const char *const base_names[] = {
    "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "select",
    "tonumber", "tostring", "type", "_VERSION", NULL,
};
static const char *const string_names[] = {
    "byte", "char", "format", "len", "lower", "pack", "packsize", "reverse", "sub", "unpack", "upper", NULL,
};
static const char *const table_names[] = {"pack", NULL};
static const char *const math_names[] = {
    "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger",
    "min", "mininteger", "modf", "pi", "rad", "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
    NULL,
};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint", "codes", "len", "offset", NULL};
static const char *const os_names[] = {"clock", "date", "difftime", "time", NULL};

// Leaves the stock table and above it a new one with the named entries.
static void open_filtered(lua_State *L, lua_CFunction opener, const char *name, const char *const *names) {
    luaL_requiref(L, name, opener, 0);
    lua_createtable(L, 0, 16);
    for (; *names != NULL; names++) {
        lua_getfield(L, -2, *names);
        lua_setfield(L, -2, *names);
    }
}

// Makes the table on top a global library and drops the stock one below it.
static void publish(lua_State *L, int globals, const char *name) {
    lua_pushvalue(L, -1);
    moon_preload(L, name);
    lua_setfield(L, globals, name);
    lua_pop(L, 1);
}

// Methods of strings are the new library's; the metatable itself is out of reach.
static void guard_string_metatable(lua_State *L) {
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

void moon_open_libraries(lua_State *L) {
    open_filtered(L, luaopen_base, LUA_GNAME, base_names);
    int globals = lua_gettop(L);
    moon_replace_base(L);
    lua_pushvalue(L, globals);
    lua_setfield(L, globals, LUA_GNAME);

    open_filtered(L, luaopen_string, LUA_STRLIBNAME, string_names);
    moon_replace_string(L);
    guard_string_metatable(L);
    publish(L, globals, LUA_STRLIBNAME);

    open_filtered(L, luaopen_table, LUA_TABLIBNAME, table_names);
    moon_replace_table(L);
    publish(L, globals, LUA_TABLIBNAME);

    open_filtered(L, luaopen_math, LUA_MATHLIBNAME, math_names);
    publish(L, globals, LUA_MATHLIBNAME);
    open_filtered(L, luaopen_utf8, LUA_UTF8LIBNAME, utf8_names);
    publish(L, globals, LUA_UTF8LIBNAME);
    open_filtered(L, luaopen_os, LUA_OSLIBNAME, os_names);
    publish(L, globals, LUA_OSLIBNAME);

    lua_pushnil(L);
    moon_open_coroutine(L);
    publish(L, globals, LUA_COLIBNAME);

    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, globals);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_settop(L, 0);
}
