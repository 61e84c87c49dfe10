// A Lua state with its allocator, and the tables that every state needs.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>

// Only a failing malloc outside of any handler gets here.
static int panic(lua_State *L) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "lua: %s\n", message != NULL ? message : "panic");
    return 0;
}

moon_state *moon_state_new(const moon_configuration *configuration) {
    moon_state *S = calloc(1, sizeof(*S));
    if (S == NULL) return NULL;
    S->runtime = configuration->runtime;
    S->host = configuration->host;
    S->callbacks = configuration->callbacks;
    S->classes = configuration->classes;
    S->class_count = configuration->class_count;
    S->hook_names = configuration->hook_names;
    S->state_limit = configuration->memory_limit;
    lua_State *L = lua_newstate(moon_allocate, S);
    if (L == NULL) {
        free(S);
        return NULL;
    }
    S->L = L;
    *(moon_state **)lua_getextraspace(L) = S;
    lua_atpanic(L, panic);
    moon_new_coroutine_sets(L);
    lua_pushthread(L);
    moon_mark_hosted(L, -1);
    lua_pop(L, 1);
    lua_createtable(L, 0, 8);
    lua_setfield(L, LUA_REGISTRYINDEX, MOON_LOADED_KEY);
    moon_open_libraries(L);
    return S;
}

void moon_state_close(moon_state *S) {
    lua_close(S->L);
    while (S->records != NULL) {
        moon_thread *record = S->records;
        S->records = record->next_record;
        free(record);
    }
    moon_free_chunks(S);
    free(S);
}

lua_State *moon_state_lua(const moon_state *S) { return S->L; }
size_t moon_state_memory(const moon_state *S) { return S->in_use; }
void moon_state_set_host(moon_state *S, void *host) { S->host = host; }
