// Handlers: pooled coroutines that run, wait and are resumed. A handler that failed or was ended is never pooled.
#include "internal.h"

#include <stdlib.h>

// What the to-be-closed variables of an ended handler may use together.
#define CLOSING_INSTRUCTIONS 100000
#define CLOSING_CPU 5000000

moon_thread *moon_running_thread(lua_State *L) { return moon_of(L)->run; }
uint32_t moon_idle_threads(const moon_state *S) { return S->idle_count; }
uint32_t moon_live_threads(const moon_state *S) { return S->live_count; }

bool moon_can_wait(lua_State *L) {
    moon_state *S = moon_of(L);
    return S->run != NULL && S->no_wait == 0 && !S->run->top_level && lua_isyieldable(L);
}

// Records are never freed before the state is, so that a stale reference to a handler can still be recognised.
static moon_thread *new_record(moon_state *S) {
    moon_thread *thread = S->vacant;
    if (thread != NULL) {
        S->vacant = thread->next;
        return thread;
    }
    thread = calloc(1, sizeof(*thread));
    if (thread == NULL) abort();
    thread->next_record = S->records;
    S->records = thread;
    return thread;
}

static moon_thread *new_thread(moon_state *S) {
    moon_thread *thread = new_record(S);
    thread->state = S;
    thread->L = lua_newthread(S->L);
    lua_sethook(thread->L, moon_hook, LUA_MASKCOUNT, MOON_HOOK_INTERVAL);
    moon_mark_hosted(S->L, -1);
    thread->reference = luaL_ref(S->L, LUA_REGISTRYINDEX);
    return thread;
}

moon_thread *moon_thread_take(moon_state *S) {
    moon_thread *thread = S->idle;
    if (thread != NULL) {
        S->idle = thread->next;
        S->idle_count--;
    } else {
        thread = new_thread(S);
    }
    thread->next = NULL;
    thread->status = MOON_SUSPENDED;
    thread->killed = MOON_ALIVE;
    thread->refusals = 0;
    thread->top_level = false;
    thread->result_count = 0;
    S->live_count++;
    return thread;
}

// The part of the state that belongs to the handler that executes; a handler may be run inside another's callback.
typedef struct {
    moon_thread *run;
    lua_State *current;
    size_t limit;
    int no_wait;
    bool limited;
} outer_run;

static outer_run enter(moon_state *S, moon_thread *thread) {
    outer_run outer = {S->run, S->current, S->limit, S->no_wait, S->limited};
    S->run = thread;
    S->current = thread->L;
    S->no_wait = 0;
    S->waiting = false;
    moon_begin_stretch(S, thread);
    S->limited = true;
    return outer;
}

static void leave(moon_state *S, moon_thread *thread, outer_run outer) {
    moon_end_stretch(thread);
    S->run = outer.run;
    S->current = outer.current;
    S->limit = outer.limit;
    S->no_wait = outer.no_wait;
    S->limited = outer.limited;
    S->waiting = false;
    S->resume_raises = false;
}

int moon_thread_resume(moon_thread *thread, int count, bool raise) {
    moon_state *S = thread->state;
    outer_run outer = enter(S, thread);
    S->resume_raises = raise;
    thread->status = MOON_RUNNING;
    int status = lua_resume(thread->L, outer.current, count, &thread->result_count);
    bool waiting = S->waiting;
    leave(S, thread, outer);
    if (thread->killed) {
        thread->status = MOON_ENDED;
        return MOON_FAILED;
    }
    if (status == LUA_OK) {
        thread->status = MOON_ENDED;
        return MOON_DONE;
    }
    if (status == LUA_YIELD && waiting) {
        moon_pop(thread->L, thread->result_count);
        thread->status = MOON_SUSPENDED;
        return MOON_WAITING;
    }
    thread->status = MOON_ENDED;
    return MOON_FAILED;
}

static void drop(moon_state *S, moon_thread *thread) {
    luaL_unref(S->L, LUA_REGISTRYINDEX, thread->reference);
    thread->L = NULL;
    thread->status = MOON_ENDED;
    thread->serial++;
    thread->next = S->vacant;
    S->vacant = thread;
}

void moon_thread_recycle(moon_thread *thread) {
    moon_state *S = thread->state;
    S->live_count--;
    if (S->idle_count >= MOON_IDLE_THREADS) {
        drop(S, thread);
        return;
    }
    lua_settop(thread->L, 0);
    thread->status = MOON_IDLE;
    thread->serial++;
    thread->next = S->idle;
    S->idle = thread;
    S->idle_count++;
}

// A handler killed inside the hook keeps its hooks switched off, so nothing of it may run again: it is left to the
// collector with its to-be-closed variables.
static void close_variables(moon_state *S, moon_thread *thread) {
    if (thread->killed) return;
    thread->left.instructions = CLOSING_INSTRUCTIONS;
    thread->left.cpu_nanoseconds = CLOSING_CPU;
    outer_run outer = enter(S, thread);
    S->no_wait = 1;
#if LUA_VERSION_RELEASE_NUM >= 50406
    lua_closethread(thread->L, outer.current);
#else
    lua_resetthread(thread->L);
#endif
    leave(S, thread, outer);
}

void moon_thread_discard(moon_thread *thread) {
    moon_state *S = thread->state;
    S->live_count--;
    close_variables(S, thread);
    drop(S, thread);
}
