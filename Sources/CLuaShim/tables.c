// Table functions that loop in C: each is charged before it begins, so that no length, given or pretended, makes one
// call run for long.
#include "internal.h"

static int64_t span(lua_Integer first, lua_Integer last) {
    if (last < first) return 0;
    uint64_t count = (uint64_t)last - (uint64_t)first;
    return count > INT64_MAX / 4 ? INT64_MAX / 4 : (int64_t)count + 1;
}

// The library's own function is in the closure's upvalue; it is called in place.
static int original(lua_State *L) { return lua_tocfunction(L, lua_upvalueindex(1))(L); }

// A length from __len could be anything at each call.
static lua_Integer plain_length(lua_State *L, const char *name) {
    if (lua_type(L, 1) != LUA_TTABLE) return 0;
    if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL)
        luaL_error(L, "'%s' takes no table with __len", name);
    return (lua_Integer)lua_rawlen(L, 1);
}

static int tab_insert(lua_State *L) {
    lua_Integer length = plain_length(L, "insert");
    if (lua_gettop(L) > 2) moon_charge(L, length / 8);
    return original(L);
}

static int tab_remove(lua_State *L) {
    lua_Integer length = plain_length(L, "remove");
    if (lua_gettop(L) > 1) moon_charge(L, length / 8);
    return original(L);
}

static int tab_sort(lua_State *L) {
    lua_Integer length = plain_length(L, "sort");
    int bits = 1;
    while (bits < 40 && (length >> bits) != 0) bits++;
    moon_charge(L, length * bits);
    return original(L);
}

static int tab_concat(lua_State *L) {
    lua_Integer length = plain_length(L, "concat");
    moon_charge(L, span(luaL_optinteger(L, 3, 1), luaL_optinteger(L, 4, length)) / 4);
    return original(L);
}

static int tab_unpack(lua_State *L) {
    if (lua_gettop(L) < 3) plain_length(L, "unpack");
    return original(L);
}

static int tab_move(lua_State *L) {
    lua_Integer first = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    moon_charge(L, span(first, last));
    return original(L);
}

// Expects the new table on top and below it the library's.
void moon_replace_table(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"insert", tab_insert}, {"remove", tab_remove}, {"sort", tab_sort}, {"concat", tab_concat},
        {"unpack", tab_unpack}, {"move", tab_move}, {NULL, NULL},
    };
    for (const luaL_Reg *entry = functions; entry->name != NULL; entry++) {
        lua_getfield(L, -2, entry->name);
        lua_pushcclosure(L, entry->func, 1);
        lua_setfield(L, -2, entry->name);
    }
}
