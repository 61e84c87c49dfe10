// Arguments are checked here, from the API table, before Swift is called: Swift may not raise.
#include "internal.h"

#include <string.h>

const char *moon_type_name(lua_State *L, int index) {
    const moon_handle *object = moon_to_object(L, index);
    if (object != NULL) return moon_of(L)->classes[object->type].name;
    return luaL_typename(L, index);
}

static bool accepts_number(lua_State *L, int index, const moon_parameter *parameter) {
    if (parameter->types & MOON_NUMBER) return true;
    if (parameter->types & MOON_INTEGER) {
        int is_integer = 0;
        lua_tointegerx(L, index, &is_integer);
        if (is_integer) return true;
    }
    if (!(parameter->types & MOON_STRING)) return false;
    lua_tolstring(L, index, NULL);  // as everywhere in Lua, a number serves as a string
    return true;
}

bool moon_accepts(lua_State *L, int index, const moon_parameter *parameter) {
    uint32_t types = parameter->types;
    if (types & MOON_ANY) return true;
    switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL: return parameter->optional || (types & MOON_NIL);
    case LUA_TBOOLEAN: return types & MOON_BOOLEAN;
    case LUA_TNUMBER: return accepts_number(L, index, parameter);
    case LUA_TSTRING: return types & MOON_STRING;
    case LUA_TTABLE: return types & MOON_TABLE;
    case LUA_TFUNCTION: return types & MOON_FUNCTION;
    case LUA_TUSERDATA: {
        const moon_handle *object = moon_to_object(L, index);
        return object != NULL && object->type < 64 && (parameter->objects >> object->type & 1);
    }
    default: return false;
    }
}

// A number that was refused because it has a fraction deserves to be told so.
static const char *found(lua_State *L, int index, const moon_parameter *parameter) {
    if (lua_type(L, index) == LUA_TNUMBER && (parameter->types & MOON_INTEGER)) return "number with a fraction";
    return moon_type_name(L, index);
}

static int bad_argument(lua_State *L, const moon_function *function, int number, int index,
                        const moon_parameter *parameter) {
    return luaL_error(L, "bad argument #%d to '%s' (%s expected, got %s)", number, function->name, parameter->expected,
                      found(L, index, parameter));
}

static void check_self(lua_State *L, const moon_function *function) {
    const moon_handle *object = moon_to_object(L, 1);
    if (object != NULL && object->type == (uint32_t)function->self_class) return;
    const char *class_name = moon_of(L)->classes[function->self_class].name;
    luaL_error(L, "bad self to '%s' (%s expected, got %s); call it as %s:%s(...)", function->name, class_name,
               moon_type_name(L, 1), class_name, function->name);
}

// Spreads the named options of the table at `index` over the stack from `base`, in the order of their declaration, so
// that Swift reads them like arguments. The closure's second upvalue maps names to numbers.
static void spread_options(lua_State *L, const moon_function *function, int index, int base,
                           const moon_parameter *parameter) {
    luaL_checkstack(L, (int)parameter->option_count + 4, "too many options");
    lua_settop(L, base - 1 + (int)parameter->option_count);
    if (lua_type(L, index) != LUA_TTABLE) return;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        int key_type = lua_type(L, -2);
        if (key_type == LUA_TNUMBER && parameter->open_options) {
            lua_pop(L, 1);
            continue;
        }
        if (key_type != LUA_TSTRING)
            luaL_error(L, "bad option name in '%s' (string expected, got %s)", function->name, moon_type_name(L, -2));
        lua_pushvalue(L, -2);
        if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNUMBER)
            luaL_error(L, "unknown option '%s' in '%s'", lua_tostring(L, -3), function->name);
        int number = (int)lua_tointeger(L, -1);
        lua_pop(L, 1);
        const moon_parameter *option = &parameter->options[number];
        if (!moon_accepts(L, -1, option))
            luaL_error(L, "bad option '%s' to '%s' (%s expected, got %s)", option->name, function->name,
                       option->expected, found(L, -1, option));
        lua_replace(L, base + number);
    }
}

// Returns where the options begin, or 0.
int moon_check_arguments(lua_State *L, const moon_function *function) {
    int first = 1;
    if (function->self_class >= 0) {
        check_self(L, function);
        first = 2;
    }
    int given = lua_gettop(L);
    int count = (int)function->parameter_count;
    int option_index = 0;
    for (int i = 0; i < count; i++) {
        const moon_parameter *parameter = &function->parameters[i];
        if (!moon_accepts(L, first + i, parameter)) bad_argument(L, function, i + 1, first + i, parameter);
        if (parameter->options != NULL) option_index = first + i;
    }
    int declared = first - 1 + count;
    if (function->variadic != NULL) {
        for (int index = declared + 1; index <= given; index++)
            if (!moon_accepts(L, index, function->variadic))
                bad_argument(L, function, index - first + 1, index, function->variadic);
        if (given < declared) lua_settop(L, declared);
        return 0;
    }
    if (given != declared) lua_settop(L, declared);
    if (option_index == 0) return 0;
    int base = declared + 1;
    spread_options(L, function, option_index, base, &function->parameters[option_index - first]);
    return base;
}
