// What a handler may use, and how it is stopped. The count hook charges instructions; work inside C functions is charged
// by those functions. A stopped handler is killed: from then on each instruction and each API call raises, so that
// a policy's own pcall cannot keep it alive.
#include "internal.h"

#include <time.h>

// The coarse clock's step is up to 4 ms; below that the CPU clock (a system call) is not worth a look.
#define COARSE_STEP 4000000

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t coarse_clock(void) { return read_clock(CLOCK_MONOTONIC_COARSE); }

void moon_begin_stretch(moon_state *S, moon_thread *thread) {
    size_t limit = S->in_use + thread->left.memory;
    S->limit = limit < S->state_limit ? limit : S->state_limit;
    thread->stretch_began = coarse_clock();
    thread->cpu_mark = -1;
}

void moon_end_stretch(moon_thread *thread) {
    if (thread->cpu_mark < 0) return;
    thread->left.cpu_nanoseconds -= read_clock(CLOCK_THREAD_CPUTIME_ID) - thread->cpu_mark;
    thread->cpu_mark = -1;
}

// CPU time counts from the first look that finds the stretch longer than the coarse clock's step: a handler that is
// merely preempted is not killed, and short handlers never pay for the system call.
void moon_look_at_clock(moon_state *S) {
    moon_thread *run = S->run;
    if (run == NULL || run->killed) return;
    int64_t wall = coarse_clock() - run->stretch_began;
    if (wall < COARSE_STEP) return;
    if (run->left.wall_nanoseconds > 0 && wall > run->left.wall_nanoseconds) {
        moon_kill(S, MOON_PAST_DEADLINE);
        return;
    }
    int64_t now = read_clock(CLOCK_THREAD_CPUTIME_ID);
    if (run->cpu_mark >= 0) run->left.cpu_nanoseconds -= now - run->cpu_mark;
    run->cpu_mark = now;
    if (run->left.cpu_nanoseconds <= 0) moon_kill(S, MOON_OUT_OF_CPU);
}

void moon_kill(moon_state *S, int reason) {
    if (S->run == NULL || S->run->killed) return;
    S->run->killed = (uint8_t)reason;
    if (S->current != NULL) lua_sethook(S->current, moon_hook, LUA_MASKCOUNT, 1);
}

const char *moon_kill_text(int reason) {
    switch (reason) {
    case MOON_OUT_OF_INSTRUCTIONS: return "instruction budget exceeded";
    case MOON_OUT_OF_CPU: return "CPU time budget exceeded";
    case MOON_OUT_OF_MEMORY: return "memory budget exceeded";
    case MOON_PAST_DEADLINE: return "deadline exceeded";
    default: return "ended";
    }
}

int moon_raise_killed(lua_State *L, int level) {
    lua_sethook(L, moon_hook, LUA_MASKCOUNT, 1);
    luaL_where(L, level);
    lua_pushstring(L, moon_kill_text(moon_of(L)->run->killed));
    lua_concat(L, 2);
    return lua_error(L);
}

void moon_hook(lua_State *L, lua_Debug *record) {
    (void)record;
    moon_state *S = moon_of(L);
    moon_thread *run = S->run;
    if (run == NULL) return;
    if (!run->killed) {
        int interval = lua_gethookcount(L);
        // A coroutine that lived through the killing of another handler still has the short interval.
        if (interval != MOON_HOOK_INTERVAL) lua_sethook(L, moon_hook, LUA_MASKCOUNT, MOON_HOOK_INTERVAL);
        run->left.instructions -= interval;
        if (run->left.instructions <= 0) moon_kill(S, MOON_OUT_OF_INSTRUCTIONS);
        moon_look_at_clock(S);
    }
    if (run->killed) moon_raise_killed(L, 0);
}

void moon_charge(lua_State *L, int64_t instructions) {
    moon_charge_later(L, instructions);
    moon_state *S = moon_of(L);
    moon_look_at_clock(S);
    if (S->run != NULL && S->run->killed) moon_raise_killed(L, 1);
}

void moon_charge_later(lua_State *L, int64_t instructions) {
    moon_state *S = moon_of(L);
    if (S->run == NULL) return;
    S->run->left.instructions -= instructions;
    if (S->run->left.instructions <= 0) moon_kill(S, MOON_OUT_OF_INSTRUCTIONS);
}

// Nothing is refused inside a Swift callback, so what it made is looked at afterwards.
void moon_check_after_call(lua_State *L, moon_state *S) {
    if (S->limited && S->in_use > S->limit && S->run != NULL && !S->run->killed) {
        if (++S->run->refusals < 4) lua_gc(L, LUA_GCCOLLECT);
        if (S->in_use > S->limit) moon_kill(S, MOON_OUT_OF_MEMORY);
    }
    if (S->run != NULL && S->run->killed) moon_raise_killed(L, 1);
}
