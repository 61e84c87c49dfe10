// Shared by the shim's own files.
#ifndef MOON_INTERNAL_H
#define MOON_INTERNAL_H

#include "CLuaShim.h"

#define MOON_HOOK_INTERVAL 1000
#define MOON_SMALL_BLOCK 512
#define MOON_SMALL_CLASSES (MOON_SMALL_BLOCK / 16)
#define MOON_IDLE_THREADS 1024

struct moon_state {
    void *runtime;  // first: see moon_runtime
    void *host;     // second: see moon_host
    lua_State *L;
    lua_State *current;   // the coroutine that executes
    moon_thread *run;     // the handler that executes
    moon_thread *idle;
    moon_thread *records;  // all there are
    moon_thread *vacant;  // records without a coroutine
    const moon_callbacks *callbacks;
    const moon_class *classes;
    const char *const *hook_names;
    size_t in_use;
    size_t limit;         // refuse above, while `limited`
    size_t state_limit;
    size_t refused_size;  // of the last refusal: Lua collects and asks for the same again
    uint32_t class_count;
    uint32_t idle_count;
    uint32_t live_count;
    int no_wait;          // > 0: a coroutine in the chain was resumed where waiting is impossible
    bool limited;         // allocations may be refused: only while Lua itself runs, never inside a Swift callback
    bool waiting;         // the yield under way is a wait of the handler
    bool resume_raises;   // the wait that is being resumed ends in an error
    struct moon_chunk *chunks;
    struct moon_free *free_blocks[MOON_SMALL_CLASSES];
};

// memory.c
void *moon_allocate(void *context, void *block, size_t old_size, size_t new_size);
void moon_free_chunks(moon_state *S);

// budget.c
void moon_hook(lua_State *L, lua_Debug *record);
void moon_kill(moon_state *S, int reason);
int moon_raise_killed(lua_State *L, int level);
void moon_charge(lua_State *L, int64_t instructions);
void moon_look_at_clock(moon_state *S);
void moon_begin_stretch(moon_state *S, moon_thread *thread);
void moon_end_stretch(moon_thread *thread);
void moon_check_after_call(lua_State *L, moon_state *S);

// check.c
const char *moon_type_name(lua_State *L, int index);
bool moon_accepts(lua_State *L, int index, const moon_parameter *parameter);
int moon_check_arguments(lua_State *L, const moon_function *function);
int moon_finish_call(lua_State *L, int32_t code, const char *name, const char *stale_text);

// Libraries; each opener pushes or fills the table on top.
void moon_open_libraries(lua_State *L);
void moon_open_coroutine(lua_State *L);
void moon_replace_base(lua_State *L);
void moon_replace_string(lua_State *L);
void moon_replace_table(lua_State *L);
void moon_new_coroutine_sets(lua_State *L);
void moon_mark_hosted(lua_State *L, int coroutine);

#define MOON_LOADED_KEY "moon.loaded"

#endif
