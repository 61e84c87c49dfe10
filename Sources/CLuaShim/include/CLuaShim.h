// The layer between Lua and Swift.
//
// Lua raises and yields with longjmp, which must never pass a Swift frame. So everything that raises or yields lives
// here: Swift functions called from Lua return a code, and the trampolines act on it after Swift has returned.
// This layer also keeps a policy within its budget: instructions, CPU time, memory, and no way around them.
#ifndef CLUASHIM_H
#define CLUASHIM_H

#include <lua.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct moon_state moon_state;

// MARK: What the API table says

// What a Swift callback returns: a count of results (>= 0), or one of these.
enum {
    MOON_RAISE = -1,  // raise the message on top of the stack, prefixed with the caller's file and line
    MOON_WAIT = -2,   // suspend the handler; the values given to moon_thread_resume become the results
    MOON_STALE = -3,  // the object's owner is gone; raise the class's text for it
};

// Basic types that a parameter accepts; objects are in a set of their own.
enum {
    MOON_NIL = 1,
    MOON_BOOLEAN = 2,
    MOON_INTEGER = 4,
    MOON_NUMBER = 8,
    MOON_STRING = 16,
    MOON_TABLE = 32,
    MOON_FUNCTION = 64,
    MOON_ANY = 128,
};

typedef struct moon_parameter {
    const char *name;
    const char *expected;                  // for messages: "string or uri"
    const struct moon_parameter *options;  // the named options that a table may hold, or NULL
    uint64_t objects;                      // bit n: objects of class n are accepted
    uint32_t option_count;
    uint32_t types;
    bool optional;                         // nil and absence are accepted
    bool open_options;                     // list items beside the named options are accepted
} moon_parameter;

enum { MOON_WAITS_NEVER = 0, MOON_WAITS_SOMETIMES = 1, MOON_WAITS_ALWAYS = 2 };

typedef struct {
    const char *name;
    const moon_parameter *parameters;
    const moon_parameter *variadic;  // what further arguments must be, or NULL
    uint32_t parameter_count;
    uint32_t index;                  // handed to the callback
    uint32_t hooks;                  // bit n: may be called in hook n
    int32_t self_class;              // -1: a plain function
    uint8_t waits;
} moon_function;

typedef struct {
    const char *name;
    const char *stale_text;
    const moon_parameter *fields;
    uint32_t field_count;
    uint32_t index;
    bool dynamic_get;  // keys that are no field and no method go to Swift
    bool dynamic_set;
} moon_class;

// What an object of the API is in Lua: who owns it, and whether that is still the same one.
typedef struct {
    uint32_t type;        // class index
    uint32_t slot;        // the owner's place
    uint32_t generation;  // differs when the place has been given to somebody else
    uint32_t detail;      // free for the class
} moon_handle;

enum { MOON_DYNAMIC_FIELD = 0x7fffffff };

typedef struct {
    int32_t (*call)(lua_State *L, uint32_t function, int32_t option_base);
    int32_t (*get)(lua_State *L, moon_handle handle, uint32_t field);  // the key is at 2
    int32_t (*set)(lua_State *L, moon_handle handle, uint32_t field);  // the key is at 2, the value at 3
    int32_t (*source)(lua_State *L, const char *name, size_t length);  // pushes source, chunk name, file name
} moon_callbacks;

// MARK: The state

typedef struct {
    const moon_callbacks *callbacks;
    const moon_class *classes;
    const char *const *hook_names;
    uint32_t class_count;
    size_t memory_limit;
    void *runtime;
    void *host;
} moon_configuration;

// A state with the allowed libraries, or NULL when there is no memory.
moon_state *moon_state_new(const moon_configuration *configuration);
void moon_state_close(moon_state *state);
lua_State *moon_state_lua(const moon_state *state);
size_t moon_state_memory(const moon_state *state);
void moon_state_set_host(moon_state *state, void *host);

// The state that runs L.
static inline moon_state *moon_of(lua_State *L) { return *(moon_state **)lua_getextraspace(L); }
// What the owner of L's state gave to moon_state_new: these two are the first members of moon_state.
static inline void *moon_runtime(lua_State *L) { return ((void **)moon_of(L))[0]; }
static inline void *moon_host(lua_State *L) { return ((void **)moon_of(L))[1]; }

// Pushes a closure for the function. `function` must outlive the state.
void moon_push_function(lua_State *L, const moon_function *function);
// Makes the metatable of a class from the methods in the table on top (name to function), which it pops.
void moon_define_class(lua_State *L, const moon_class *definition);
// Sets a metamethod of the class to the function on top, which it pops.
void moon_define_metamethod(lua_State *L, const moon_class *definition, const char *name);
// Makes `require "name"` give the value on top, which it pops.
void moon_preload(lua_State *L, const char *name);
// Pushes the `require` function.
void moon_push_require(lua_State *L);
// Pushes nil and an error object with `kind` and `message`, which tostring knows; returns 2.
int moon_push_error(lua_State *L, const char *kind, const char *message);
// Replaces the table on top by a proxy through which it can be read, not changed.
void moon_protect_table(lua_State *L, const char *name);

void moon_push_object(lua_State *L, moon_handle handle);
// Pushes a metamethod of a class, as an iterator for `__pairs` to return.
void moon_push_metamethod(lua_State *L, uint32_t type, const char *name);
// Changes the detail of the object at `index`: iterators keep their place there.
void moon_set_detail(lua_State *L, int index, uint32_t detail);
// The object at `index`, or NULL when it is something else.
const moon_handle *moon_to_object(lua_State *L, int index);

// MARK: Handlers

enum { MOON_DONE = 0, MOON_WAITING = 1, MOON_FAILED = 2 };
enum {
    MOON_ALIVE = 0,
    MOON_OUT_OF_INSTRUCTIONS = 1,
    MOON_OUT_OF_CPU = 2,
    MOON_OUT_OF_MEMORY = 3,
    MOON_PAST_DEADLINE = 4,
};

typedef struct {
    int64_t instructions;
    int64_t cpu_nanoseconds;
    int64_t wall_nanoseconds;  // longest stretch without a wait, by the wall; 0: no limit
    size_t memory;             // above what was in use when the stretch began
} moon_budget;

// A handler's coroutine; the state keeps finished ones for reuse.
typedef struct moon_thread {
    lua_State *L;
    moon_state *state;
    struct moon_thread *next;
    struct moon_thread *next_record;
    uint64_t token;     // what the last wait is for
    uint64_t context;   // free for the host
    moon_budget left;
    int64_t stretch_began;
    int64_t cpu_mark;   // thread CPU clock at the last look, -1 before the first
    int32_t reference;
    int32_t result_count;
    uint32_t serial;    // changes whenever the handler ends
    uint32_t hook;      // bit of the hook that runs
    uint8_t status;     // MOON_IDLE ...
    uint8_t killed;
    uint8_t refusals;
    bool top_level;     // runs a file: waits are refused
} moon_thread;

enum { MOON_IDLE = 0, MOON_RUNNING = 1, MOON_SUSPENDED = 2, MOON_ENDED = 3 };

// A coroutine to push a function and its arguments to.
moon_thread *moon_thread_take(moon_state *state);
// Runs until the end, a wait or a failure. The top `count` values are arguments or the results of the wait; with
// `raise` the top value is a message that the waiting function raises instead.
int moon_thread_resume(moon_thread *thread, int count, bool raise);
// After MOON_DONE: gives the coroutine back.
void moon_thread_recycle(moon_thread *thread);
// Ends a waiting or failed coroutine: its to-be-closed variables are closed, nothing else of it runs.
void moon_thread_discard(moon_thread *thread);
uint32_t moon_idle_threads(const moon_state *state);
uint32_t moon_live_threads(const moon_state *state);
// The handler that runs, or NULL.
moon_thread *moon_running_thread(lua_State *L);
bool moon_can_wait(lua_State *L);
// Charges work done in Swift; the trampoline raises when the budget is used up.
void moon_charge_later(lua_State *L, int64_t instructions);

// What the message of a killed handler ends with.
const char *moon_kill_text(int reason);

// MARK: Macros of lua.h that Swift does not see

static inline void moon_pop(lua_State *L, int count) { lua_settop(L, -count - 1); }
static inline int moon_registry(void) { return LUA_REGISTRYINDEX; }
static inline void moon_push_globals(lua_State *L) { lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS); }
static inline void moon_replace(lua_State *L, int index) { lua_copy(L, -1, index); lua_settop(L, -2); }
static inline void moon_collect(lua_State *L) { lua_gc(L, LUA_GCCOLLECT, 0); }
static inline void moon_insert(lua_State *L, int index) { lua_rotate(L, index, 1); }

#endif
