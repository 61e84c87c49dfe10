// The coroutine library. A policy's own coroutine may wait like a handler does: the wait passes through each resume up
// to the handler and its values come back down the same way, which the stock library cannot do.
#include "internal.h"

// A resume is a call and more; without a charge a loop that makes coroutines would hide most of its work.
#define RESUME_CHARGE 100

// Weak sets of coroutines, by address in the registry.
static char hosted_set, sealed_set;

static void new_weak_set(lua_State *L, const void *key) {
    lua_createtable(L, 0, 0);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

static bool is_marked(lua_State *L, int coroutine, const void *set) {
    coroutine = lua_absindex(L, coroutine);
    lua_rawgetp(L, LUA_REGISTRYINDEX, set);
    lua_pushvalue(L, coroutine);
    lua_rawget(L, -2);
    bool marked = lua_toboolean(L, -1);
    lua_pop(L, 2);
    return marked;
}

static void mark(lua_State *L, int coroutine, const void *set, bool on) {
    coroutine = lua_absindex(L, coroutine);
    lua_rawgetp(L, LUA_REGISTRYINDEX, set);
    lua_pushvalue(L, coroutine);
    if (on) lua_pushboolean(L, 1); else lua_pushnil(L);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

// Handlers' coroutines belong to the host: a policy may see them, not resume or close them.
void moon_mark_hosted(lua_State *L, int coroutine) { mark(L, coroutine, &hosted_set, true); }

static bool is_hosted(lua_State *L) {
    lua_pushthread(L);
    bool hosted = is_marked(L, -1, &hosted_set);
    lua_pop(L, 1);
    return hosted;
}

static lua_State *check_coroutine(lua_State *L) {
    lua_State *co = lua_tothread(L, 1);
    if (co == NULL) luaL_typeerror(L, 1, "coroutine");
    return co;
}

// Why `co` (at `index` of L) may not be resumed, beyond what lua_resume itself refuses.
static const char *refusal(lua_State *L, lua_State *co, int index, int arguments) {
    if (is_marked(L, index, &hosted_set)) return "cannot resume a handler";
    if (is_marked(L, index, &sealed_set)) return "cannot resume a coroutine that waits or was stopped";
    if (!lua_checkstack(co, arguments + 2)) return "too many arguments to resume";
    return NULL;
}

// A resume under way: `base` values of L's stack are not the coroutine's, and `index` is where the coroutine itself is.
typedef struct { lua_State *co; int base; int index; bool wrap; } transfer;

static int go_on(lua_State *L, transfer move, int arguments);

// The stack holds what was there at the wait (move.base values) and, above, what the host resumed with.
static int after_wait(lua_State *L, int status, lua_KContext context) {
    (void)status;
    bool wrap = context & 1;
    int index = wrap ? lua_upvalueindex(1) : 1;
    transfer move = {lua_tothread(L, index), (int)(context >> 1), index, wrap};
    mark(L, index, &sealed_set, false);
    return go_on(L, move, lua_gettop(L) - move.base);
}

static int close_variables(lua_State *L, lua_State *co) {
#if LUA_VERSION_RELEASE_NUM >= 50406
    return lua_closethread(co, L);
#else
    (void)L;
    return lua_resetthread(co);
#endif
}

static int fail(lua_State *L, transfer move, int status) {
    moon_state *S = moon_of(L);
    if (S->run != NULL && S->run->killed) {
        mark(L, move.index, &sealed_set, true);  // its hooks may be off for good: it must never run again
        return moon_raise_killed(L, 1);
    }
    if (!move.wrap) {
        lua_pushboolean(L, 0);
        lua_xmove(move.co, L, 1);
        return 2;
    }
    int state = lua_status(move.co);
    if (state != LUA_OK && state != LUA_YIELD) close_variables(L, move.co);
    lua_xmove(move.co, L, 1);
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int go_on(lua_State *L, transfer move, int arguments) {
    moon_state *S = moon_of(L);
    moon_charge(L, RESUME_CHARGE);
    lua_xmove(L, move.co, arguments);
    bool can_wait = S->no_wait == 0 && lua_isyieldable(L);
    int results = 0;
    if (!can_wait) S->no_wait++;
    S->current = move.co;
    int status = lua_resume(move.co, L, arguments, &results);
    S->current = L;
    if (!can_wait) S->no_wait--;
    if (status != LUA_OK && status != LUA_YIELD) return fail(L, move, status);
    if (S->run != NULL && S->run->killed) return fail(L, move, status);
    if (status == LUA_YIELD && S->waiting) {
        lua_pop(move.co, results);
        mark(L, move.index, &sealed_set, true);
        return lua_yieldk(L, 0, (lua_KContext)move.base << 1 | move.wrap, after_wait);
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(move.co, results);
        return luaL_error(L, "too many results to resume");
    }
    if (!move.wrap) lua_pushboolean(L, 1);
    lua_xmove(move.co, L, results);
    return move.wrap ? results : results + 1;
}

static int co_resume(lua_State *L) {
    lua_State *co = check_coroutine(L);
    const char *why = refusal(L, co, 1, lua_gettop(L) - 1);
    if (why != NULL) {
        lua_pushboolean(L, 0);
        lua_pushstring(L, why);
        return 2;
    }
    transfer move = {co, 1, 1, false};
    return go_on(L, move, lua_gettop(L) - 1);
}

static int call_wrapped(lua_State *L) {
    int index = lua_upvalueindex(1);
    lua_State *co = lua_tothread(L, index);
    const char *why = refusal(L, co, index, lua_gettop(L));
    if (why != NULL) return luaL_error(L, "%s", why);
    transfer move = {co, 0, index, true};
    return go_on(L, move, lua_gettop(L));
}

static int co_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_sethook(co, moon_hook, LUA_MASKCOUNT, MOON_HOOK_INTERVAL);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

static int co_wrap(lua_State *L) {
    co_create(L);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

static int co_yield(lua_State *L) {
    if (is_hosted(L)) return luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

static const char *status_of(lua_State *L, lua_State *co) {
    if (L == co) return "running";
    if (lua_status(co) == LUA_YIELD) return "suspended";
    if (lua_status(co) != LUA_OK) return "dead";
    lua_Debug record;
    if (lua_getstack(co, 0, &record)) return "normal";
    return lua_gettop(co) == 0 ? "dead" : "suspended";
}

static int co_status(lua_State *L) {
    lua_pushstring(L, status_of(L, check_coroutine(L)));
    return 1;
}

static int co_running(lua_State *L) {
    lua_pushthread(L);
    lua_pushboolean(L, is_hosted(L));
    return 2;
}

static int co_isyieldable(lua_State *L) {
    lua_State *co = lua_isthread(L, 1) ? lua_tothread(L, 1) : L;
    lua_settop(L, 1);
    if (co == L) lua_pushthread(L);
    lua_pushboolean(L, !is_marked(L, -1, &hosted_set) && lua_isyieldable(co));
    return 1;
}

static int co_close(lua_State *L) {
    lua_State *co = check_coroutine(L);
    const char *status = status_of(L, co);
    if (*status != 'd' && *status != 's') return luaL_error(L, "cannot close a %s coroutine", status);
    if (is_marked(L, 1, &hosted_set)) return luaL_error(L, "cannot close a handler");
    if (is_marked(L, 1, &sealed_set))
        return luaL_error(L, "cannot close a coroutine that waits or was stopped");
    moon_state *S = moon_of(L);
    S->no_wait++;
    S->current = co;
    int result = close_variables(L, co);
    S->current = L;
    S->no_wait--;
    if (S->run != NULL && S->run->killed) {
        mark(L, 1, &sealed_set, true);
        return moon_raise_killed(L, 1);
    }
    lua_pushboolean(L, result == LUA_OK);
    if (result == LUA_OK) return 1;
    lua_xmove(co, L, 1);
    return 2;
}

void moon_new_coroutine_sets(lua_State *L) {
    new_weak_set(L, &hosted_set);
    new_weak_set(L, &sealed_set);
}

void moon_open_coroutine(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"create", co_create}, {"resume", co_resume}, {"wrap", co_wrap}, {"yield", co_yield},
        {"status", co_status}, {"running", co_running}, {"isyieldable", co_isyieldable}, {"close", co_close},
        {NULL, NULL},
    };
    luaL_newlib(L, functions);
}
