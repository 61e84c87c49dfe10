// find, match, gmatch, gsub over the counted matcher, and a bounded rep. They behave as in Lua 5.4; see pattern.c for the
// origin of the algorithms.
#define _GNU_SOURCE
#include "pattern.h"

#include <string.h>

#define SPECIALS "^$*+?.([%-"

static bool has_no_specials(const char *pattern, size_t length) {
    for (size_t i = 0; i < length; i++)
        if (pattern[i] != '\0' && strchr(SPECIALS, pattern[i]) != NULL) return false;
    return true;
}

// Where a search begins, from the `init` argument; beyond the end plus one means that nothing is found.
static size_t start_position(lua_Integer position, size_t length) {
    if (position > 0) return (size_t)position - 1;
    if (position == 0) return 0;
    if (position < -(lua_Integer)length) return 0;
    return length + (size_t)position;
}

static int find_plain(lua_State *L, const char *s, size_t ls, const char *p, size_t lp, size_t init) {
    moon_charge(L, (int64_t)((ls - init) / 16));
    const char *found = memmem(s + init, ls - init, p, lp);
    if (found == NULL) {
        luaL_pushfail(L);
        return 1;
    }
    lua_pushinteger(L, found - s + 1);
    lua_pushinteger(L, found - s + (lua_Integer)lp);
    return 2;
}

static int find_or_match(lua_State *L, bool find) {
    size_t ls, lp;
    const char *s = luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    size_t init = start_position(luaL_optinteger(L, 3, 1), ls);
    if (init > ls) {
        luaL_pushfail(L);
        return 1;
    }
    if (find && (lua_toboolean(L, 4) || has_no_specials(p, lp))) return find_plain(L, s, ls, p, lp, init);
    moon_matcher m;
    bool anchored = lp > 0 && *p == '^';
    if (anchored) {
        p++;
        lp--;
    }
    moon_matcher_begin(&m, L, s, ls, p, lp);
    const char *at = s + init;
    do {
        m.level = 0;
        m.steps++;
        const char *end = moon_match(&m, at, p);
        if (end == NULL) continue;
        moon_matcher_charge(&m);
        if (!find) return moon_push_captures(&m, at, end);
        lua_pushinteger(L, at - s + 1);
        lua_pushinteger(L, end - s);
        return moon_push_captures(&m, NULL, NULL) + 2;
    } while (at++ < m.source_end && !anchored);
    moon_matcher_charge(&m);
    luaL_pushfail(L);
    return 1;
}

static int str_find(lua_State *L) { return find_or_match(L, true); }
static int str_match(lua_State *L) { return find_or_match(L, false); }

// Upvalues: source, pattern, next position, end of the last match (-1 before the first).
static int gmatch_next(lua_State *L) {
    size_t ls, lp;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &ls);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &lp);
    lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
    moon_matcher m;
    moon_matcher_begin(&m, L, s, ls, p, lp);
    for (const char *at = s + lua_tointeger(L, lua_upvalueindex(3)); at <= m.source_end; at++) {
        m.level = 0;
        m.steps++;
        const char *end = moon_match(&m, at, p);
        if (end == NULL || end - s == last) continue;
        moon_matcher_charge(&m);
        lua_pushinteger(L, end - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_copy(L, -1, lua_upvalueindex(4));
        return moon_push_captures(&m, at, end);
    }
    moon_matcher_charge(&m);
    return 0;
}

static int str_gmatch(lua_State *L) {
    size_t ls;
    luaL_checklstring(L, 1, &ls);
    luaL_checkstring(L, 2);
    size_t init = start_position(luaL_optinteger(L, 3, 1), ls);
    if (init > ls) init = ls + 1;
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)init);
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, gmatch_next, 4);
    return 1;
}

// Adds the replacement string at 3, with its %0 to %9.
static void add_template(moon_matcher *m, luaL_Buffer *buffer, const char *start, const char *end) {
    size_t length;
    const char *text = lua_tolstring(m->L, 3, &length);
    const char *escape;
    while ((escape = memchr(text, '%', length)) != NULL) {
        luaL_addlstring(buffer, text, (size_t)(escape - text));
        length -= (size_t)(escape + 1 - text);
        text = escape + 1;
        char kind = length > 0 ? *text : '\0';
        if (length > 0 && kind == '%') {
            luaL_addchar(buffer, '%');
        } else if (kind == '0') {
            luaL_addlstring(buffer, start, (size_t)(end - start));
        } else if (kind >= '1' && kind <= '9') {
            moon_push_capture(m, kind - '1', start, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(buffer);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
        text++;
        length--;
    }
    luaL_addlstring(buffer, text, length);
}

// Adds what replaces one match; false when the match stays as it is.
static bool add_replacement(moon_matcher *m, luaL_Buffer *buffer, const char *start, const char *end, int kind) {
    lua_State *L = m->L;
    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        int count = moon_push_captures(m, start, end);
        lua_call(L, count, 1);
    } else if (kind == LUA_TTABLE) {
        moon_push_capture(m, 0, start, end);
        lua_gettable(L, 3);
    } else {
        add_template(m, buffer, start, end);
        return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(buffer, start, (size_t)(end - start));
        return false;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(buffer);
    return true;
}

static int str_gsub(lua_State *L) {
    size_t ls, lp;
    const char *s = luaL_checklstring(L, 1, &ls);
    const char *p = luaL_checklstring(L, 2, &lp);
    int kind = lua_type(L, 3);
    if (kind != LUA_TNUMBER && kind != LUA_TSTRING && kind != LUA_TFUNCTION && kind != LUA_TTABLE)
        return luaL_typeerror(L, 3, "string/function/table");
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)ls + 1);
    bool anchored = lp > 0 && *p == '^';
    if (anchored) {
        p++;
        lp--;
    }
    moon_matcher m;
    moon_matcher_begin(&m, L, s, ls, p, lp);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    const char *at = s, *last = NULL;
    lua_Integer count = 0;
    bool changed = false;
    while (count < most) {
        m.level = 0;
        m.steps++;
        const char *end = moon_match(&m, at, p);
        if (end != NULL && end != last) {
            count++;
            changed = add_replacement(&m, &buffer, at, end, kind) || changed;
            at = last = end;
        } else if (at < m.source_end) {
            luaL_addchar(&buffer, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    moon_matcher_charge(&m);
    if (changed) {
        luaL_addlstring(&buffer, at, (size_t)(m.source_end - at));
        luaL_pushresult(&buffer);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, count);
    return 2;
}

static int str_rep(lua_State *L) {
    size_t length, separator_length;
    const char *s = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    if (count <= 0 || length + separator_length == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((size_t)count > (size_t)(INT64_MAX / 2) / (length + separator_length))
        return luaL_error(L, "resulting string too large");
    size_t total = (size_t)count * length + (size_t)(count - 1) * separator_length;
    luaL_Buffer buffer;
    char *to = luaL_buffinitsize(L, &buffer, total);
    if (length == 1 && separator_length == 0) {
        memset(to, *s, total);
        luaL_pushresultsize(&buffer, total);
        return 1;
    }
    moon_charge(L, count / 8);
    while (count-- > 1) {
        memcpy(to, s, length);
        to += length;
        memcpy(to, separator, separator_length);
        to += separator_length;
    }
    memcpy(to, s, length);
    luaL_pushresultsize(&buffer, total);
    return 1;
}

void moon_replace_string(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", str_find}, {"match", str_match}, {"gmatch", str_gmatch}, {"gsub", str_gsub}, {"rep", str_rep},
        {NULL, NULL},
    };
    luaL_setfuncs(L, functions, 0);
}
