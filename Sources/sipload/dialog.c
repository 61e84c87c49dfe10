// The requests that follow a final response to INVITE.
#include "load.h"

enum { ROUTE_LIMIT = 16 };

/// The Record-Route values in the order of the response, commas split (RFC 3261 §7.3.1).
static int route_values(const struct message *message, struct span *values) {
    int count = 0;
    for (int i = 0; i < message->record_route_count; i++) {
        struct span rest = message->record_route[i].value;
        const char *begin = rest.data, *end = rest.data + rest.length;
        bool in_brackets = false, in_quotes = false;
        for (const char *at = begin; at <= end && count < ROUTE_LIMIT; at++) {
            if (at < end && *at == '"') in_quotes = !in_quotes;
            if (at < end && !in_quotes && (*at == '<' || *at == '>')) in_brackets = *at == '<';
            if (at < end && (*at != ',' || in_brackets || in_quotes)) continue;
            values[count++] = span_trimmed(span_between(begin, at));
            begin = at + 1;
        }
    }
    return count;
}

/// The Via of the request with the two digits of another transaction at the end of its branch.
static void write_via(struct writer *writer, const struct unit *unit, int transaction) {
    struct span request = {unit->request, unit->request_length};
    const char *begin = span_find(request, LITERAL("Via: "));
    const char *end = span_find(span_between(begin, request.data + request.length), LITERAL("\r\n"));
    write_span(writer, span_between(begin, end - 2));
    write_hexadecimal(writer, (uint64_t)transaction, 2);
    write_span(writer, LITERAL("\r\n"));
}

static size_t write_dialog_request(const struct unit *unit, const struct message *message, char *to, const char *method,
                                   int sequence, int transaction) {
    struct writer writer = {.data = to, .capacity = REQUEST_SIZE};
    struct span routes[ROUTE_LIMIT];
    int count = route_values(message, routes);
    write_text(&writer, method);
    write_span(&writer, LITERAL(" "));
    write_span(&writer, message_uri(message->contact.value));
    write_span(&writer, LITERAL(" SIP/2.0\r\n"));
    write_via(&writer, unit, transaction);
    write_span(&writer, LITERAL("Max-Forwards: 70\r\n"));
    // The route set of the caller is the Record-Route of the response turned round (§12.1.2).
    for (int i = count - 1; i >= 0; i--) {
        write_span(&writer, LITERAL("Route: "));
        write_span(&writer, routes[i]);
        write_span(&writer, LITERAL("\r\n"));
    }
    write_span(&writer, message->from.line);
    write_span(&writer, message->to.line);
    write_span(&writer, message->call_id.line);
    write_span(&writer, LITERAL("CSeq: "));
    write_number(&writer, (uint64_t)sequence);
    write_span(&writer, LITERAL(" "));
    write_text(&writer, method);
    write_span(&writer, LITERAL("\r\nUser-Agent: sipload\r\nContent-Length: 0\r\n\r\n"));
    return writer.overflow ? 0 : writer.length;
}

bool dialog_requests(struct load *load, struct unit *unit, const struct message *message) {
    (void)load;
    if (message->contact.value.data == NULL || message_uri(message->contact.value).data == NULL) return false;
    if (message_tag(message->to.value).data == NULL) return false;
    unit->ack_length = write_dialog_request(unit, message, unit->ack, "ACK", 1, 2);
    unit->bye_length = write_dialog_request(unit, message, unit->bye, "BYE", 2, 3);
    return unit->ack_length > 0 && unit->bye_length > 0;
}

void write_hop_ack(struct unit *unit, const struct message *message) {
    struct writer writer = {.data = unit->ack, .capacity = REQUEST_SIZE};
    struct span request = {unit->request, unit->request_length};
    // The Request-URI of the INVITE, which follows its seven letters.
    const char *uri = request.data + 7;
    const char *version = span_find(span_between(uri, request.data + request.length), LITERAL(" SIP/2.0\r\n"));
    write_span(&writer, LITERAL("ACK "));
    write_span(&writer, span_between(uri, version));
    write_span(&writer, LITERAL(" SIP/2.0\r\n"));
    write_via(&writer, unit, 1);
    write_span(&writer, LITERAL("Max-Forwards: 70\r\n"));
    write_span(&writer, message->from.line);
    write_span(&writer, message->to.line);
    write_span(&writer, message->call_id.line);
    write_span(&writer, LITERAL("CSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n"));
    unit->ack_length = writer.overflow ? 0 : writer.length;
}
