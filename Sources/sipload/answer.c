// Responses of the callee.
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <stdio.h>

/// The top Via with the source that RFC 3581 §4 wants where the server asked for it with a bare `rport`.
static void write_top_via(struct writer *writer, struct span line, const struct sockaddr_in *peer) {
    const char *end = line.data + line.length;
    const char *rport = peer == NULL ? NULL : span_find(line, LITERAL(";rport"));
    if (rport == NULL || rport + 6 >= end || (rport[6] != ';' && rport[6] != '\r' && rport[6] != ',')) {
        write_span(writer, line);
        return;
    }
    char source[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &peer->sin_addr, source, sizeof source);
    write_span(writer, span_between(line.data, rport + 6));
    write_span(writer, LITERAL("="));
    write_number(writer, ntohs(peer->sin_port));
    write_span(writer, LITERAL(";received="));
    write_text(writer, source);
    write_span(writer, span_between(rport + 6, end));
}

static void write_to(struct writer *writer, const struct message *message, const struct unit *unit, int leg) {
    struct span line = message->to.line;
    if (unit == NULL || message_tag(message->to.value).data != NULL) {
        write_span(writer, line);
        return;
    }
    size_t ending = line.length >= 2 && line.data[line.length - 2] == '\r' ? 2 : 1;
    write_span(writer, (struct span){line.data, line.length - ending});
    write_span(writer, LITERAL(";tag=b"));
    write_number(writer, (uint64_t)leg);
    write_hexadecimal(writer, unit->nonce, 16);
    write_span(writer, LITERAL("\r\n"));
}

static void write_contact(struct writer *writer, const struct load *load, const struct unit *unit, int port) {
    char text[128];
    snprintf(text, sizeof text, "Contact: <sip:u%06u@%s:%d%s>\r\n", unit->user, load->options.address,
             load->options.callee_port + port, load->options.is_stream ? ";transport=tcp" : "");
    write_text(writer, text);
}

static const char body[] =
    "v=0\r\no=callee 2890844527 2890844527 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 49172 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=sendrecv\r\n";

size_t write_response(const struct load *load, char to[REQUEST_SIZE], const char *status_line,
                      const struct message *message, const struct sockaddr_in *peer, const struct unit *unit, int leg,
                      bool with_body) {
    struct writer writer = {.data = to, .capacity = REQUEST_SIZE};
    write_text(&writer, status_line);
    write_span(&writer, LITERAL("\r\n"));
    for (int i = 0; i < message->via_count; i++) {
        if (i == 0) write_top_via(&writer, message->via[0].line, peer);
        else write_span(&writer, message->via[i].line);
    }
    if (message->method == METHOD_INVITE) {
        for (int i = 0; i < message->record_route_count; i++) write_span(&writer, message->record_route[i].line);
    }
    write_span(&writer, message->from.line);
    write_to(&writer, message, unit, leg);
    write_span(&writer, message->call_id.line);
    write_span(&writer, message->cseq.line);
    if (message->method == METHOD_INVITE && unit != NULL) {
        int port = load->item == ITEM_FORK ? leg : (int)(unit->user % (uint32_t)load->options.callee_ports);
        write_contact(&writer, load, unit, port);
    }
    write_span(&writer, LITERAL("Server: sipload\r\n"));
    if (with_body) write_span(&writer, LITERAL("Content-Type: application/sdp\r\n"));
    write_span(&writer, LITERAL("Content-Length: "));
    write_number(&writer, with_body ? sizeof body - 1 : 0);
    write_span(&writer, LITERAL("\r\n\r\n"));
    if (with_body) write_span(&writer, LITERAL(body));
    return writer.overflow ? 0 : writer.length;
}
