// The callee's end of a call. It answers when its 180 has reached the caller, and the caller hangs up when the ACK has
// reached the callee, so that no two messages of a call are under way at once and none can overtake another.
#include "load.h"

static void put(struct load *load, const struct leg *leg, const char *bytes, size_t length) {
    network_send(&load->network, leg->endpoint, &leg->peer, (struct span){bytes, length});
}

static void reply(struct load *load, struct endpoint *endpoint, const struct sockaddr_in *peer,
                  const char *status_line, const struct message *message, const struct unit *unit, int leg) {
    char response[REQUEST_SIZE];
    size_t length = write_response(load, response, status_line, message, peer, unit, leg, false);
    network_send(&load->network, endpoint, peer, (struct span){response, length});
}

static void answer(struct load *load, struct unit *unit, int index) {
    struct leg *leg = &unit->legs[index];
    if (leg->state != LEG_RINGING) return;
    leg->state = LEG_ANSWERED;
    put(load, leg, leg->answer, leg->answer_length);
    start_timer(load, unit, TIMER_FINAL, index, 0);
}

/// A fork is answered by its first contact, once all of them ring: the work is then the same in every call.
static bool rings_everywhere(const struct load *load, const struct unit *unit) {
    int wanted = load->item == ITEM_FORK ? (1 << FORK_WIDTH) - 1 : 1;
    return (unit->rings & wanted) == wanted;
}

void callee_rang(struct load *load, struct unit *unit, int leg) {
    (void)leg;
    if (rings_everywhere(load, unit)) answer(load, unit, 0);
}

static void invited(struct load *load, struct unit *unit, int index, struct endpoint *endpoint,
                    const struct sockaddr_in *peer, const struct message *message) {
    struct leg *leg = &unit->legs[index];
    if (leg->state != LEG_IDLE) {
        load->statistics.requests_again++;
        if (leg->state == LEG_ANSWERED) put(load, leg, leg->answer, leg->answer_length);
        else if (leg->state == LEG_CANCELLED) put(load, leg, leg->decline, leg->decline_length);
        else if (leg->state == LEG_RINGING) reply(load, endpoint, peer, "SIP/2.0 180 Ringing", message, unit, index);
        return;
    }
    leg->state = LEG_RINGING;
    leg->endpoint = endpoint;
    if (peer != NULL) leg->peer = *peer;
    leg->answer_length = write_response(load, leg->answer, "SIP/2.0 200 OK", message, peer, unit, index, true);
    if (load->item == ITEM_FORK) {
        leg->decline_length = write_response(load, leg->decline, "SIP/2.0 487 Request Terminated", message, peer, unit,
                                             index, false);
    }
    reply(load, endpoint, peer, "SIP/2.0 180 Ringing", message, unit, index);
    if (index == 0) start_timer(load, unit, TIMER_ANSWER, 0, 0);
}

static void acknowledged(struct load *load, struct unit *unit, int index) {
    struct leg *leg = &unit->legs[index];
    if (leg->state == LEG_CONFIRMED) {
        load->statistics.requests_again++;
        return;
    }
    bool was_answered = leg->state == LEG_ANSWERED;
    leg->state = LEG_CONFIRMED;
    if (was_answered) caller_acknowledged(load, unit);
    call_check(load, unit);
}

static void cancelled(struct load *load, struct unit *unit, int index) {
    struct leg *leg = &unit->legs[index];
    if (leg->state != LEG_RINGING) {
        load->statistics.requests_again++;
        return;
    }
    leg->state = LEG_CANCELLED;
    put(load, leg, leg->decline, leg->decline_length);
    if (!load->options.is_stream) start_timer(load, unit, TIMER_FINAL, index, 0);
}

void callee_request(struct load *load, struct endpoint *endpoint, const struct sockaddr_in *peer, struct unit *unit,
                    const struct message *message) {
    if (unit == NULL) {
        // A call that is over: what the server still sends again is answered, so that it stops.
        load->statistics.strays++;
        if (message->method != METHOD_ACK && message->method != METHOD_INVITE) {
            reply(load, endpoint, peer, "SIP/2.0 200 OK", message, NULL, 0);
        }
        return;
    }
    int leg = load->item == ITEM_FORK && endpoint->leg >= 0 ? endpoint->leg : 0;
    switch (message->method) {
    case METHOD_INVITE: invited(load, unit, leg, endpoint, peer, message); break;
    case METHOD_ACK: acknowledged(load, unit, leg); break;
    case METHOD_BYE:
        load->statistics.requests_again += unit->legs[leg].has_bye;
        unit->legs[leg].has_bye = true;
        reply(load, endpoint, peer, "SIP/2.0 200 OK", message, unit, leg);
        break;
    case METHOD_CANCEL:
        reply(load, endpoint, peer, "SIP/2.0 200 OK", message, unit, leg);
        cancelled(load, unit, leg);
        break;
    default: reply(load, endpoint, peer, "SIP/2.0 501 Not Implemented", message, unit, leg); break;
    }
}

void callee_timer(struct load *load, struct unit *unit, const struct timer *timer) {
    struct leg *leg = &unit->legs[timer->leg];
    if (timer->kind == TIMER_ANSWER) {
        if (leg->state != LEG_RINGING) return;
        load->statistics.rings_lost++;
        answer(load, unit, timer->leg);
        return;
    }
    bool answered = leg->state == LEG_ANSWERED;
    if (!answered && leg->state != LEG_CANCELLED) return;
    load->statistics.finals_repeated++;
    if (answered) put(load, leg, leg->answer, leg->answer_length);
    else put(load, leg, leg->decline, leg->decline_length);
    int step = timer->step + 1;
    start_timer(load, unit, TIMER_FINAL, timer->leg, step < TIMER_STEP_T2 ? step : TIMER_STEP_T2);
}
