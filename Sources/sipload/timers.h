// Timers with few different delays: one first-in-first-out queue a delay, so that starting one costs an append.
// Nothing is ever cancelled: what a timer was for is looked up when it is due.
#ifndef SIPLOAD_TIMERS_H
#define SIPLOAD_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timer_kind {
    TIMER_REQUEST,  ///< the caller's request has no response yet (timers A and E, RFC 3261 §17.1)
    TIMER_ANSWER,   ///< the caller never saw the 180; answer all the same
    TIMER_FINAL,    ///< the callee's final response has no ACK yet (§13.3.1.4, timer G)
    TIMER_LIMIT,    ///< the unit's time is over
};

struct timer {
    int64_t due;
    uint64_t nonce;  ///< of the unit, to know it from a later one in the same place
    uint32_t index;
    uint8_t kind, leg, transaction, step;
};

/// Steps 0 to 5 are T1 (500 ms) doubled so often; the last queue is the unit's limit.
enum { TIMER_STEPS = 6, TIMER_QUEUES = TIMER_STEPS + 1, TIMER_STEP_T2 = 3 };

struct timer_queue {
    struct timer *ring;
    size_t capacity, head, count;
    int64_t delay;
};

struct timers {
    struct timer_queue queues[TIMER_QUEUES];
};

void timers_init(struct timers *timers, int64_t limit);
/// Starts `timer` with the delay of its step; TIMER_LIMIT has a queue of its own.
void timers_start(struct timers *timers, struct timer timer, int64_t now);
/// Takes one timer that is due; false when there is none.
bool timers_take(struct timers *timers, int64_t now, struct timer *timer);
/// When the next one is due; INT64_MAX without any.
int64_t timers_next(const struct timers *timers);

#endif
