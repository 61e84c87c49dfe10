#define _GNU_SOURCE
#include "message.h"

#include <strings.h>

static enum method method_named(struct span name) {
    static const struct {
        struct span name;
        enum method method;
    } known[] = {{LITERAL("INVITE"), METHOD_INVITE},     {LITERAL("ACK"), METHOD_ACK},
                 {LITERAL("BYE"), METHOD_BYE},           {LITERAL("CANCEL"), METHOD_CANCEL},
                 {LITERAL("REGISTER"), METHOD_REGISTER}, {LITERAL("OPTIONS"), METHOD_OPTIONS}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (span_equal(known[i].name, name)) return known[i].method;
    }
    return METHOD_OTHER;
}

static bool scan_start_line(struct message *message, const char *line, const char *end) {
    if (end - line < 12) return false;
    message->is_request = memcmp(line, "SIP/2.0 ", 8) != 0;
    if (message->is_request) {
        const char *space = memchr(line, ' ', (size_t)(end - line));
        if (space == NULL) return false;
        message->method = method_named(span_between(line, space));
        return true;
    }
    for (int i = 8; i < 11; i++) {
        if (line[i] < '0' || line[i] > '9') return false;
        message->status = message->status * 10 + (line[i] - '0');
    }
    return true;
}

static bool is_named(struct span name, const char *full) {
    return strncasecmp(name.data, full, name.length) == 0;
}

static void keep(struct field *fields, int *count, int limit, struct field field) {
    if (*count < limit) fields[(*count)++] = field;
}

static void scan_number(struct message *message, struct span value) {
    message->has_content_length = true;
    for (size_t i = 0; i < value.length && value.data[i] >= '0' && value.data[i] <= '9' && i < 9; i++) {
        message->content_length = message->content_length * 10 + (size_t)(value.data[i] - '0');
    }
}

static void scan_field(struct message *message, struct span name, struct field field) {
    switch (name.length) {
    case 1:
        switch (*name.data | 32) {
        case 'v': keep(message->via, &message->via_count, MESSAGE_VIA_LIMIT, field); break;
        case 'f': message->from = field; break;
        case 't': message->to = field; break;
        case 'i': message->call_id = field; break;
        case 'm': message->contact = field; break;
        case 'l': scan_number(message, field.value); break;
        }
        break;
    case 2: if (is_named(name, "To")) message->to = field; break;
    case 3: if (is_named(name, "Via")) keep(message->via, &message->via_count, MESSAGE_VIA_LIMIT, field); break;
    case 4:
        if (is_named(name, "From")) message->from = field;
        else if (is_named(name, "CSeq")) message->cseq = field;
        break;
    case 7:
        if (is_named(name, "Call-ID")) message->call_id = field;
        else if (is_named(name, "Contact")) message->contact = field;
        break;
    case 12:
        if (is_named(name, "Record-Route")) {
            keep(message->record_route, &message->record_route_count, MESSAGE_ROUTE_LIMIT, field);
        }
        break;
    case 14: if (is_named(name, "Content-Length")) scan_number(message, field.value); break;
    case 16:
    case 18:
        if (is_named(name, "WWW-Authenticate") || is_named(name, "Proxy-Authenticate")) {
            keep(message->challenge, &message->challenge_count, MESSAGE_CHALLENGE_LIMIT, field);
        }
        break;
    }
}

bool message_scan(struct message *message, struct span bytes) {
    // The arrays are read only up to their counts, so clearing them would be work for nothing.
    message->status = 0;
    message->method = METHOD_OTHER;
    message->via_count = message->record_route_count = message->challenge_count = 0;
    message->from = message->to = message->call_id = message->cseq = message->contact = (struct field){0};
    message->content_length = 0;
    message->has_content_length = false;

    const char *end = bytes.data + bytes.length;
    const char *line = bytes.data;
    for (bool first = true;; first = false) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        if (feed == NULL) return false;
        if (first) {
            if (!scan_start_line(message, line, feed)) return false;
        } else if (*line == '\r' || *line == '\n') {
            message->head_length = (size_t)(feed + 1 - bytes.data);
            break;
        } else {
            const char *colon = memchr(line, ':', (size_t)(feed - line));
            if (colon == NULL) return false;
            struct field field = {span_between(line, feed + 1), span_trimmed(span_between(colon + 1, feed))};
            scan_field(message, span_trimmed(span_between(line, colon)), field);
        }
        line = feed + 1;
    }
    if (message->cseq.value.data == NULL || message->call_id.value.data == NULL) return false;
    if (message->from.value.data == NULL || message->to.value.data == NULL || message->via_count == 0) return false;
    if (!message->is_request) {
        struct span value = message->cseq.value;
        const char *space = memrchr(value.data, ' ', value.length);
        if (space == NULL) return false;
        message->method = method_named(span_between(space + 1, value.data + value.length));
    }
    return true;
}

struct span message_tag(struct span value) {
    // A tag is a parameter of the header field, so it stands behind the angle bracket when there is one.
    const char *bracket = memrchr(value.data, '>', value.length);
    struct span rest = bracket == NULL ? value : span_between(bracket, value.data + value.length);
    const char *found = span_find(rest, LITERAL(";tag="));
    if (found == NULL) return (struct span){0};
    const char *begin = found + 5, *end = rest.data + rest.length, *stop = begin;
    while (stop < end && *stop != ';') stop++;
    return span_between(begin, stop);
}

struct span message_uri(struct span value) {
    const char *open = memchr(value.data, '<', value.length);
    const char *end = value.data + value.length;
    if (open != NULL) {
        const char *close = memchr(open, '>', (size_t)(end - open));
        return close == NULL ? (struct span){0} : span_between(open + 1, close);
    }
    const char *semicolon = memchr(value.data, ';', value.length);
    return span_between(value.data, semicolon == NULL ? end : semicolon);
}
