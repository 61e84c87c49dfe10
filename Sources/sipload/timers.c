#include "timers.h"

#include <stdlib.h>
#include <string.h>

void timers_init(struct timers *timers, int64_t limit) {
    memset(timers, 0, sizeof *timers);
    for (int i = 0; i < TIMER_QUEUES; i++) {
        struct timer_queue *queue = &timers->queues[i];
        queue->capacity = 1024;
        queue->ring = malloc(queue->capacity * sizeof *queue->ring);
        queue->delay = i < TIMER_STEPS ? (int64_t)500000000 << i : limit;
    }
}

static void grow(struct timer_queue *queue) {
    struct timer *larger = malloc(2 * queue->capacity * sizeof *larger);
    for (size_t i = 0; i < queue->count; i++) larger[i] = queue->ring[(queue->head + i) & (queue->capacity - 1)];
    free(queue->ring);
    queue->ring = larger;
    queue->capacity *= 2;
    queue->head = 0;
}

void timers_start(struct timers *timers, struct timer timer, int64_t now) {
    int which = timer.kind == TIMER_LIMIT ? TIMER_STEPS : timer.step < TIMER_STEPS ? timer.step : TIMER_STEPS - 1;
    struct timer_queue *queue = &timers->queues[which];
    if (queue->count == queue->capacity) grow(queue);
    timer.due = now + queue->delay;
    queue->ring[(queue->head + queue->count++) & (queue->capacity - 1)] = timer;
}

bool timers_take(struct timers *timers, int64_t now, struct timer *timer) {
    for (int i = 0; i < TIMER_QUEUES; i++) {
        struct timer_queue *queue = &timers->queues[i];
        if (queue->count == 0 || queue->ring[queue->head].due > now) continue;
        *timer = queue->ring[queue->head];
        queue->head = (queue->head + 1) & (queue->capacity - 1);
        queue->count--;
        return true;
    }
    return false;
}

int64_t timers_next(const struct timers *timers) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < TIMER_QUEUES; i++) {
        const struct timer_queue *queue = &timers->queues[i];
        if (queue->count > 0 && queue->ring[queue->head].due < next) next = queue->ring[queue->head].due;
    }
    return next;
}
