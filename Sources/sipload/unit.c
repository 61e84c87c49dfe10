#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>

void units_init(struct load *load) {
    load->units = calloc(UNIT_LIMIT, sizeof *load->units);
    load->free_units = malloc(UNIT_LIMIT * sizeof *load->free_units);
    for (uint32_t i = 0; i < UNIT_LIMIT; i++) load->free_units[i] = UNIT_LIMIT - 1 - i;
    load->free_count = UNIT_LIMIT;
}

/// SplitMix64: a bijection, so different counts give different nonces that look random, as servers hash them.
static uint64_t mixed(uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

struct unit *unit_begin(struct load *load) {
    if (load->free_count == 0) return NULL;
    uint32_t index = load->free_units[--load->free_count];
    struct unit *unit = &load->units[index];
    unit->nonce = mixed(load->seed + load->started_in_total++);
    unit->index = index;
    unit->transaction = 0;
    unit->repeats = unit->was_challenged = unit->has_trying = false;
    unit->rings = 0;
    unit->began = load->now;
    for (int i = 0; i < FORK_WIDTH; i++) {
        unit->legs[i].state = LEG_IDLE;
        unit->legs[i].has_bye = false;
    }
    load->statistics.started++;
    load->outstanding++;
    start_timer(load, unit, TIMER_LIMIT, 0, 0);
    return unit;
}

struct unit *unit_find(struct load *load, struct span from) {
    struct span tag = message_tag(from);
    uint64_t index, nonce;
    if (tag.length != 23 || !get_hexadecimal(tag.data, 6, &index) || !get_hexadecimal(tag.data + 7, 16, &nonce)) {
        return NULL;
    }
    if (index >= UNIT_LIMIT) return NULL;
    struct unit *unit = &load->units[index];
    return unit->state != UNIT_FREE && unit->nonce == nonce ? unit : NULL;
}

static void unit_end(struct load *load, struct unit *unit) {
    unit->state = UNIT_FREE;
    load->free_units[load->free_count++] = unit->index;
    load->outstanding--;
    load->ended = load->now;
}

void unit_complete(struct load *load, struct unit *unit) {
    load->statistics.completed++;
    histogram_add(&load->statistics.whole, load->now - unit->began);
    unit_end(load, unit);
}

void unit_fail(struct load *load, struct unit *unit, uint64_t *reason) {
    load->statistics.failed++;
    (*reason)++;
    unit_end(load, unit);
}

void start_timer(struct load *load, const struct unit *unit, enum timer_kind kind, int leg, int step) {
    struct timer timer = {.nonce = unit->nonce, .index = unit->index, .kind = (uint8_t)kind, .leg = (uint8_t)leg,
                          .transaction = unit->transaction, .step = (uint8_t)step};
    timers_start(&load->timers, timer, load->now);
}

void unit_timer(struct load *load, const struct timer *timer) {
    struct unit *unit = &load->units[timer->index];
    if (unit->state == UNIT_FREE || unit->nonce != timer->nonce) return;
    switch ((enum timer_kind)timer->kind) {
    case TIMER_LIMIT: unit_fail(load, unit, &load->statistics.timed_out); break;
    case TIMER_REQUEST:
        if (unit->repeats && unit->transaction == timer->transaction) caller_resend(load, unit, timer->step + 1);
        break;
    case TIMER_ANSWER:
    case TIMER_FINAL: callee_timer(load, unit, timer); break;
    }
}
