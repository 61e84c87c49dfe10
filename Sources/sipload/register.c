// Registrations: REGISTER, the challenge, REGISTER with credentials, 200.
#include "digest.h"
#include "load.h"

static const struct span ending = LITERAL("Content-Length: 0\r\n\r\n");

static void fill(struct load *load, struct unit *unit) {
    // A user agent keeps its Call-ID and counts up (RFC 3261 §10.2.4), over all its units of a run.
    uint32_t sequence = 100000001 + load->sequences[unit->user]++;
    struct filling filling = {unit->nonce, unit->index, unit->user, ++unit->transaction, sequence};
    unit->request_length = template_fill(&load->registration, unit->request, &filling);
}

void register_begin(struct load *load, struct unit *unit) {
    unit->state = UNIT_REGISTERING;
    fill(load, unit);
    caller_send(load, unit);
}

static bool write_credentials(struct load *load, struct unit *unit, const struct message *message) {
    char user[7] = "u", password[7] = "p", nonce[16], uri_text[160];
    put_decimal(user + 1, unit->user, 6);
    put_decimal(password + 1, unit->user, 6);
    put_hexadecimal(nonce, unit->nonce, 16);
    struct writer uri = {.data = uri_text, .capacity = sizeof uri_text};
    write_span(&uri, LITERAL("sip:"));
    write_text(&uri, load->options.domain);

    struct span name = message->status == 401 ? LITERAL("Authorization") : LITERAL("Proxy-Authorization");
    struct writer writer = {.data = unit->request, .length = unit->request_length - ending.length,
                            .capacity = REQUEST_SIZE};
    for (int i = 0; i < message->challenge_count; i++) {
        if (!write_authorization(&writer, name, message->challenge[i].value, LITERAL("REGISTER"),
                                 (struct span){uri.data, uri.length}, (struct span){user, 7},
                                 (struct span){password, 7}, (struct span){nonce, 16})) continue;
        write_span(&writer, ending);
        unit->request_length = writer.length;
        return !writer.overflow;
    }
    return false;
}

void register_response(struct load *load, struct unit *unit, const struct message *message) {
    if (message->status < 200) return;
    // The branch's last digits say which of the two requests is answered; the first one's answer may come twice.
    struct span via = message->via[0].value;
    const char *branch = span_find(via, LITERAL(";branch=z9hG4bK"));
    uint64_t transaction;
    if (branch == NULL || branch + 33 > via.data + via.length || !get_hexadecimal(branch + 31, 2, &transaction)) {
        load->statistics.unreadable++;
        return;
    }
    if (transaction != unit->transaction) {
        load->statistics.responses_again++;
        return;
    }
    unit->repeats = false;
    if (message->status < 300) {
        histogram_add(&load->statistics.setup, load->now - unit->began);
        unit_complete(load, unit);
    } else if ((message->status == 401 || message->status == 407) && !unit->was_challenged) {
        unit->was_challenged = true;
        fill(load, unit);
        if (write_credentials(load, unit, message)) caller_send(load, unit);
        else unit_fail(load, unit, &load->statistics.unanswerable);
    } else {
        unit_fail(load, unit, &load->statistics.failed_with[message->status]);
    }
}
