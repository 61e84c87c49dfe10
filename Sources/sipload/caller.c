// The caller's end of a call, and what all requests have in common.
#include "load.h"

struct endpoint *caller_endpoint(struct load *load, const struct unit *unit) {
    return load->callers[unit->index % (uint32_t)load->caller_count];
}

static void put(struct load *load, const struct unit *unit, const char *bytes, size_t length) {
    network_send(&load->network, caller_endpoint(load, unit), &load->network.server, (struct span){bytes, length});
}

void caller_send(struct load *load, struct unit *unit) {
    put(load, unit, unit->request, unit->request_length);
    unit->repeats = !load->options.is_stream;
    if (unit->repeats) start_timer(load, unit, TIMER_REQUEST, 0, 0);
}

void caller_resend(struct load *load, struct unit *unit, int step) {
    load->statistics.requests_repeated++;
    put(load, unit, unit->request, unit->request_length);
    // INVITE doubles without end (timer A), other requests up to T2 (timer E).
    if (unit->state != UNIT_CALLING && step > TIMER_STEP_T2) step = TIMER_STEP_T2;
    start_timer(load, unit, TIMER_REQUEST, 0, step);
}

void caller_invite(struct load *load, struct unit *unit) {
    struct filling filling = {unit->nonce, unit->index, unit->user, ++unit->transaction, 0};
    int port = load->item == ITEM_FORK ? 0 : (int)(unit->user % (uint32_t)load->options.callee_ports);
    unit->request_length = template_fill(&load->invites[port], unit->request, &filling);
    unit->state = UNIT_CALLING;
    caller_send(load, unit);
}

/// The leg is the second character of the callee's tag, as answer.c writes it.
static int ringing_leg(const struct message *message) {
    struct span tag = message_tag(message->to.value);
    if (tag.length < 2 || tag.data[1] < '0' || tag.data[1] >= '0' + FORK_WIDTH) return -1;
    return tag.data[1] - '0';
}

static void provisional(struct load *load, struct unit *unit, const struct message *message) {
    if (message->status == 100) {
        load->statistics.responses_again += unit->has_trying;
        unit->has_trying = true;
        return;
    }
    int leg = ringing_leg(message);
    if (message->status != 180 || leg < 0) return;
    if (unit->rings & 1 << leg) {
        load->statistics.responses_again++;
        return;
    }
    unit->rings |= (uint8_t)(1 << leg);
    callee_rang(load, unit, leg);
}

static void declined(struct load *load, struct unit *unit, const struct message *message) {
    write_hop_ack(unit, message);
    put(load, unit, unit->ack, unit->ack_length);
    if (load->item == ITEM_REDIRECT && message->status == 302) {
        histogram_add(&load->statistics.setup, load->now - unit->began);
        unit_complete(load, unit);
        return;
    }
    unit_fail(load, unit, &load->statistics.failed_with[message->status]);
}

static void answered(struct load *load, struct unit *unit, const struct message *message) {
    if (!dialog_requests(load, unit, message)) {
        unit_fail(load, unit, &load->statistics.malformed);
        return;
    }
    histogram_add(&load->statistics.setup, load->now - unit->began);
    unit->state = UNIT_ANSWERED;
    put(load, unit, unit->ack, unit->ack_length);
}

static void invite_response(struct load *load, struct unit *unit, const struct message *message) {
    unit->repeats = unit->repeats && unit->state != UNIT_CALLING;
    if (message->status < 200) {
        provisional(load, unit, message);
    } else if (unit->state == UNIT_CALLING) {
        if (message->status < 300) answered(load, unit, message);
        else declined(load, unit, message);
    } else {
        // A 2xx again means that its ACK was lost (RFC 3261 §13.2.2.4).
        load->statistics.responses_again++;
        load->statistics.acks_repeated++;
        put(load, unit, unit->ack, unit->ack_length);
    }
}

static void bye_response(struct load *load, struct unit *unit, const struct message *message) {
    if (message->status < 200) return;
    if (unit->state != UNIT_CLEARING) {
        load->statistics.responses_again++;
        return;
    }
    unit->repeats = false;
    if (message->status >= 300) {
        unit_fail(load, unit, &load->statistics.failed_with[message->status]);
        return;
    }
    unit->state = UNIT_CLEARED;
    call_check(load, unit);
}

static void options_response(struct load *load, struct unit *unit, const struct message *message) {
    if (message->status < 200) return;
    if (message->status >= 300) {
        unit_fail(load, unit, &load->statistics.failed_with[message->status]);
        return;
    }
    histogram_add(&load->statistics.setup, load->now - unit->began);
    unit_complete(load, unit);
}

void caller_response(struct load *load, struct unit *unit, const struct message *message) {
    switch (message->method) {
    case METHOD_INVITE: invite_response(load, unit, message); break;
    case METHOD_BYE: bye_response(load, unit, message); break;
    case METHOD_REGISTER: register_response(load, unit, message); break;
    case METHOD_OPTIONS: options_response(load, unit, message); break;
    default: load->statistics.unreadable++; break;
    }
}

void caller_acknowledged(struct load *load, struct unit *unit) {
    if (unit->state != UNIT_ANSWERED) return;
    unit->state = UNIT_CLEARING;
    unit->transaction = 3;  // as dialog.c wrote it into the branch; 2 was the ACK
    memcpy(unit->request, unit->bye, unit->bye_length);
    unit->request_length = unit->bye_length;
    caller_send(load, unit);
}

void call_check(struct load *load, struct unit *unit) {
    if (unit->state != UNIT_CLEARED) return;
    for (int i = 0; i < FORK_WIDTH; i++) {
        if (unit->legs[i].state != LEG_IDLE && unit->legs[i].state != LEG_CONFIRMED) return;
    }
    unit_complete(load, unit);
}
