// Calls of API functions: checks, then Swift, then what Swift asked for.
#include "internal.h"

// What a suspended API function goes on with; the values given to the resume are its results.
static int resumed(lua_State *L, int status, lua_KContext base) {
    (void)status;
    moon_state *S = moon_of(L);
    if (S->resume_raises) {
        S->resume_raises = false;
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
        return lua_error(L);
    }
    return lua_gettop(L) - (int)base;
}

static int cannot_wait(lua_State *L, const char *name) {
    return luaL_error(L, "'%s' cannot wait here: at the top level of a file, and inside a function that C calls "
                         "(table.sort, string.gsub, tostring, require), waiting is impossible", name);
}

int moon_finish_call(lua_State *L, int32_t code, const char *name, const char *stale_text) {
    switch (code) {
    case MOON_WAIT:
        if (!moon_can_wait(L)) return cannot_wait(L, name);
        moon_of(L)->waiting = true;
        return lua_yieldk(L, 0, lua_gettop(L), resumed);
    case MOON_STALE:
        return luaL_error(L, "%s", stale_text != NULL ? stale_text : "this object has ended");
    default:
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
        return lua_error(L);
    }
}

static int wrong_hook(lua_State *L, const moon_state *S, const moon_function *function) {
    uint32_t hook = S->run->hook;
    int bit = 0;
    while (bit < 31 && !(hook >> bit & 1)) bit++;
    return luaL_error(L, "'%s' is not available in '%s'", function->name, S->hook_names[bit]);
}

static int call_function(lua_State *L) {
    const moon_function *function = lua_touserdata(L, lua_upvalueindex(1));
    moon_state *S = moon_of(L);
    if (S->run == NULL) return luaL_error(L, "'%s' was called outside of a handler", function->name);
    if (S->run->killed) return moon_raise_killed(L, 1);
    if (!(function->hooks & S->run->hook)) return wrong_hook(L, S, function);
    int option_base = moon_check_arguments(L, function);
    if (function->waits == MOON_WAITS_ALWAYS && !moon_can_wait(L)) return cannot_wait(L, function->name);

    bool limited = S->limited;
    S->limited = false;
    int32_t code = S->callbacks->call(L, function->index, option_base);
    S->limited = limited;

    moon_look_at_clock(S);
    if (S->in_use > S->limit || S->run->killed) moon_check_after_call(L, S);
    if (code >= 0) return code;
    const char *stale_text = function->self_class >= 0 ? S->classes[function->self_class].stale_text : NULL;
    return moon_finish_call(L, code, function->name, stale_text);
}

static const moon_parameter *parameter_with_options(const moon_function *function) {
    for (uint32_t i = 0; i < function->parameter_count; i++)
        if (function->parameters[i].options != NULL) return &function->parameters[i];
    return NULL;
}

void moon_push_function(lua_State *L, const moon_function *function) {
    const moon_parameter *parameter = parameter_with_options(function);
    lua_pushlightuserdata(L, (void *)function);
    if (parameter == NULL) {
        lua_pushcclosure(L, call_function, 1);
        return;
    }
    lua_createtable(L, 0, (int)parameter->option_count);
    for (uint32_t i = 0; i < parameter->option_count; i++) {
        lua_pushstring(L, parameter->options[i].name);
        lua_pushinteger(L, i);
        lua_rawset(L, -3);
    }
    lua_pushcclosure(L, call_function, 2);
}
