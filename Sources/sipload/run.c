// The loop: starts units, runs timers, waits for the network.
#define _GNU_SOURCE
#include "load.h"

#include <time.h>

enum { BURST_LIMIT = 64 };

int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/// When and how many units are to be started.
struct pace {
    double rate;
    int window;
    uint64_t count, started;
    int64_t began, until, tick;
};

static void start_one(struct load *load) {
    struct unit *unit = unit_begin(load);
    if (unit == NULL) {
        load->statistics.not_started++;
        return;
    }
    // Registrations go round, so that no user is registered twice at once; callees are drawn by the random nonce.
    if (load->item == ITEM_REGISTER) unit->user = load->next_user++ % load->options.users;
    else unit->user = (uint32_t)((unit->nonce >> 16) % load->options.users);
    if (load->item == ITEM_REGISTER) {
        register_begin(load, unit);
    } else if (load->item == ITEM_OPTIONS) {
        struct filling filling = {unit->nonce, unit->index, unit->user, ++unit->transaction, 0};
        unit->request_length = template_fill(&load->question, unit->request, &filling);
        unit->state = UNIT_ASKING;
        caller_send(load, unit);
    } else {
        caller_invite(load, unit);
    }
}

static bool is_over(const struct pace *pace, int64_t now) {
    return now >= pace->until || (pace->count > 0 && pace->started >= pace->count);
}

static int64_t due_at(const struct pace *pace, uint64_t number) {
    return pace->began + (int64_t)((double)number * 1e9 / pace->rate);
}

static void start_due(struct load *load, struct pace *pace) {
    // Bounded, so that a generator that fell behind still reads between its bursts.
    for (int burst = 0; burst < BURST_LIMIT && !is_over(pace, load->now); burst++) {
        if (pace->rate > 0) {
            int64_t due = due_at(pace, pace->started);
            if (due > load->now) break;
            if (load->now - due > load->statistics.late) load->statistics.late = load->now - due;
        } else if (load->outstanding >= (uint32_t)pace->window) {
            break;
        }
        start_one(load);
        pace->started++;
    }
}

static int64_t next_event(const struct load *load, const struct pace *pace) {
    int64_t next = timers_next(&load->timers);
    if (is_over(pace, load->now)) return next;
    if (pace->until < next) next = pace->until;
    if (pace->rate > 0) {
        // The next unit waits for the next tick, so that a high rate goes out in small batches.
        int64_t due = due_at(pace, pace->started), into = pace->tick > 0 ? (due - pace->began) % pace->tick : 0;
        if (into > 0) due += pace->tick - into;
        if (due < next) next = due;
    } else if (load->outstanding < (uint32_t)pace->window) {
        next = load->now;
    }
    return next;
}

static void run_timers(struct load *load) {
    struct timer timer;
    while (timers_take(&load->timers, load->now, &timer)) unit_timer(load, &timer);
}

void run_phase(struct load *load, enum item item, double rate, int window, double seconds, uint64_t count) {
    load->item = item;
    load->now = load->ended = clock_now();
    struct pace pace = {.rate = rate, .window = window, .count = count, .began = load->now,
                        .until = load->now + (int64_t)(seconds * 1e9), .tick = (int64_t)(load->options.tick * 1e3)};
    while (load->outstanding > 0 || !is_over(&pace, load->now)) {
        start_due(load, &pace);
        run_timers(load);
        network_flush(&load->network);
        network_wait(&load->network, next_event(load, &pace) - clock_now());
        load->now = clock_now();
    }
}

void load_batch_begins(void *context) {
    struct load *load = context;
    load->now = clock_now();
}

void load_received(void *context, struct endpoint *endpoint, const struct sockaddr_in *peer, struct span bytes) {
    struct load *load = context;
    struct message message;
    if (!message_scan(&message, bytes)) {
        load->statistics.unreadable++;
        return;
    }
    struct unit *unit = unit_find(load, message.from.value);
    if (message.is_request) callee_request(load, endpoint, peer, unit, &message);
    else if (unit != NULL) caller_response(load, unit, &message);
    else load->statistics.strays++;
}
