// Objects of the API, modules among them: a handle in a userdata, fields and methods by one lookup, all fields of a class in one Swift
// getter. They own nothing, so they need no __gc; whether the owner still lives is checked by generation at each use.
#include "internal.h"

#include <string.h>

const moon_handle *moon_to_object(lua_State *L, int index) {
    // Every full userdata that a policy can see is one of ours; the libraries that have others are not open.
    if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof(moon_handle)) return NULL;
    const moon_handle *object = lua_touserdata(L, index);
    return object->type < moon_of(L)->class_count ? object : NULL;
}

void moon_push_object(lua_State *L, moon_handle handle) {
    moon_handle *object = lua_newuserdatauv(L, sizeof(moon_handle), 0);
    *object = handle;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_of(L)->classes[handle.type]);
    lua_setmetatable(L, -2);
}

void moon_push_metamethod(lua_State *L, uint32_t type, const char *name) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_of(L)->classes[type]);
    lua_pushstring(L, name);
    lua_rawget(L, -2);
    lua_remove(L, -2);
}

void moon_set_detail(lua_State *L, int index, uint32_t detail) {
    if (moon_to_object(L, index) != NULL) ((moon_handle *)lua_touserdata(L, index))->detail = detail;
}

static const char *key_text(lua_State *L) {
    return lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
}

static int finish_access(lua_State *L, moon_state *S, int32_t code, const moon_class *definition) {
    if (S->in_use > S->limit || (S->run != NULL && S->run->killed)) moon_check_after_call(L, S);
    if (code >= 0) return code;
    return moon_finish_call(L, code, definition->name, definition->stale_text);
}

// Upvalues: names to field numbers and methods, the class.
static int index_object(lua_State *L) {
    lua_pushvalue(L, 2);
    int kind = lua_rawget(L, lua_upvalueindex(1));
    if (kind != LUA_TNIL && kind != LUA_TNUMBER) return 1;
    const moon_class *definition = lua_touserdata(L, lua_upvalueindex(2));
    const moon_handle *object = lua_touserdata(L, 1);
    uint32_t field = MOON_DYNAMIC_FIELD;
    if (kind == LUA_TNUMBER) {
        field = (uint32_t)lua_tointeger(L, -1);
    } else if (!definition->dynamic_get) {
        return luaL_error(L, "%s has no field '%s'", definition->name, key_text(L));
    }
    lua_settop(L, 2);
    moon_state *S = moon_of(L);
    bool limited = S->limited;
    S->limited = false;
    int32_t code = S->callbacks->get(L, *object, field);
    S->limited = limited;
    return finish_access(L, S, code, definition);
}

static uint32_t assignable_field(lua_State *L, const moon_class *definition) {
    lua_pushvalue(L, 2);
    int kind = lua_rawget(L, lua_upvalueindex(1));
    uint32_t field = kind == LUA_TNUMBER ? (uint32_t)lua_tointeger(L, -1) : MOON_DYNAMIC_FIELD;
    lua_pop(L, 1);
    if (kind == LUA_TNUMBER) {
        const moon_parameter *value = &definition->fields[field];
        if (value->expected == NULL) luaL_error(L, "'%s' of %s cannot be assigned", key_text(L), definition->name);
        if (!moon_accepts(L, 3, value))
            luaL_error(L, "bad value for '%s' of %s (%s expected, got %s)", value->name, definition->name,
                       value->expected, moon_type_name(L, 3));
    } else if (kind != LUA_TNIL) {
        luaL_error(L, "'%s' of %s cannot be assigned", key_text(L), definition->name);
    } else if (!definition->dynamic_set) {
        luaL_error(L, "%s has no field '%s'", definition->name, key_text(L));
    }
    return field;
}

static int assign_object(lua_State *L) {
    const moon_class *definition = lua_touserdata(L, lua_upvalueindex(2));
    moon_state *S = moon_of(L);
    if (S->run != NULL && S->run->killed) return moon_raise_killed(L, 1);
    uint32_t field = assignable_field(L, definition);
    const moon_handle *object = lua_touserdata(L, 1);
    bool limited = S->limited;
    S->limited = false;
    int32_t code = S->callbacks->set(L, *object, field);
    S->limited = limited;
    finish_access(L, S, code, definition);
    return 0;
}

// Expects the table of methods on top; adds the field numbers to it.
static void add_fields(lua_State *L, const moon_class *definition) {
    for (uint32_t i = 0; i < definition->field_count; i++) {
        lua_pushstring(L, definition->fields[i].name);
        lua_pushinteger(L, i);
        lua_rawset(L, -3);
    }
}

static void set_closure(lua_State *L, const moon_class *definition, const char *name, lua_CFunction function) {
    lua_pushstring(L, name);
    lua_pushvalue(L, -3);
    lua_pushlightuserdata(L, (void *)definition);
    lua_pushcclosure(L, function, 2);
    lua_rawset(L, -3);
}

void moon_define_class(lua_State *L, const moon_class *definition) {
    add_fields(L, definition);
    lua_createtable(L, 0, 5);
    set_closure(L, definition, "__index", index_object);
    set_closure(L, definition, "__newindex", assign_object);
    lua_pushstring(L, "__name");
    lua_pushstring(L, definition->name);
    lua_rawset(L, -3);
    lua_pushstring(L, "__metatable");
    lua_pushboolean(L, 0);
    lua_rawset(L, -3);
    lua_rawsetp(L, LUA_REGISTRYINDEX, definition);
    lua_pop(L, 1);
}

void moon_define_metamethod(lua_State *L, const moon_class *definition, const char *name) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, definition);
    lua_insert(L, -2);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}
