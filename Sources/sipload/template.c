#define _GNU_SOURCE
#include "template.h"

#include <stdio.h>
#include <stdlib.h>

static const int widths[] = {[HOLE_NONCE] = 16, [HOLE_INDEX] = 6, [HOLE_USER] = 6, [HOLE_TRANSACTION] = 2,
                             [HOLE_SEQUENCE] = 9};

void template_compile(struct template *template, const char *text) {
    memset(template, 0, sizeof *template);
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        size_t width = c <= HOLE_SEQUENCE ? (size_t)widths[c] : 1;
        if (template->length + width > REQUEST_SIZE - 512 || template->hole_count == TEMPLATE_HOLES) {
            fprintf(stderr, "sipload: the domain or an address is too long\n");
            exit(2);
        }
        if (c <= HOLE_SEQUENCE) {
            template->holes[template->hole_count].offset = (uint16_t)template->length;
            template->holes[template->hole_count++].hole = c;
        } else {
            template->bytes[template->length] = (char)c;
        }
        template->length += width;
    }
}

size_t template_fill(const struct template *template, char to[REQUEST_SIZE], const struct filling *filling) {
    memcpy(to, template->bytes, template->length);
    for (int i = 0; i < template->hole_count; i++) {
        char *at = to + template->holes[i].offset;
        switch ((enum hole)template->holes[i].hole) {
        case HOLE_NONCE: put_hexadecimal(at, filling->nonce, 16); break;
        case HOLE_INDEX: put_hexadecimal(at, filling->index, 6); break;
        case HOLE_USER: put_decimal(at, filling->user, 6); break;
        case HOLE_TRANSACTION: put_hexadecimal(at, filling->transaction, 2); break;
        case HOLE_SEQUENCE: put_decimal(at, filling->sequence, 9); break;
        }
    }
    return template->length;
}

static const char *transport_name(const struct options *options) {
    return options->is_stream ? "TCP" : "UDP";
}

static const char *transport_parameter(const struct options *options) {
    return options->is_stream ? ";transport=tcp" : "";
}

void template_invite(struct template *template, const struct options *options, int port) {
    char target[128], body[512], text[REQUEST_SIZE];
    if (port == 0) snprintf(target, sizeof target, "sip:u\3@%s", options->domain);
    else snprintf(target, sizeof target, "sip:u\3@%s:%d%s", options->address, port, transport_parameter(options));
    int length = snprintf(body, sizeof body,
                          "v=0\r\no=caller 2890844526 2890844526 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
                          "m=audio 49170 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                          "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n",
                          options->address, options->address);
    snprintf(text, sizeof text,
             "INVITE %s SIP/2.0\r\n"
             "Via: SIP/2.0/%s %s:%d;rport;branch=z9hG4bK\1\4\r\n"
             "Max-Forwards: 70\r\n"
             "From: \"Load Caller\" <sip:caller@load.invalid>;tag=\2-\1\r\n"
             "To: <%s>\r\n"
             "Call-ID: \1-\2@%s\r\n"
             "CSeq: 1 INVITE\r\n"
             "Contact: <sip:caller@%s:%d%s>\r\n"
             "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE\r\n"
             "User-Agent: sipload\r\n"
             "Content-Type: application/sdp\r\n"
             "Content-Length: %d\r\n\r\n%s",
             target, transport_name(options), options->address, options->caller_port, target, options->address,
             options->address, options->caller_port, transport_parameter(options), length, body);
    template_compile(template, text);
}

void template_register(struct template *template, const struct options *options, uint32_t run) {
    char text[REQUEST_SIZE];
    int at = snprintf(text, sizeof text,
                      "REGISTER sip:%s SIP/2.0\r\n"
                      "Via: SIP/2.0/%s %s:%d;rport;branch=z9hG4bK\1\4\r\n"
                      "Max-Forwards: 70\r\n"
                      "From: <sip:u\3@%s>;tag=\2-\1\r\n"
                      "To: <sip:u\3@%s>\r\n"
                      "Call-ID: %08x-\3@%s\r\n"
                      "CSeq: \5 REGISTER\r\n"
                      "User-Agent: sipload\r\n"
                      "Expires: 3600\r\n",
                      options->domain, transport_name(options), options->address, options->caller_port, options->domain,
                      options->domain, run, options->address);
    for (int i = 0; i < options->contacts; i++) {
        at += snprintf(text + at, sizeof text - (size_t)at, "Contact: <sip:u\3@%s:%d%s>\r\n", options->address,
                       options->callee_port + i, transport_parameter(options));
    }
    snprintf(text + at, sizeof text - (size_t)at, "Content-Length: 0\r\n\r\n");
    template_compile(template, text);
}

void template_options(struct template *template, const struct options *options) {
    char text[REQUEST_SIZE];
    snprintf(text, sizeof text,
             "OPTIONS sip:%s%s SIP/2.0\r\n"
             "Via: SIP/2.0/%s %s:%d;rport;branch=z9hG4bK\1\4\r\n"
             "Max-Forwards: 70\r\n"
             "From: <sip:caller@load.invalid>;tag=\2-\1\r\n"
             "To: <sip:%s>\r\n"
             "Call-ID: \1-\2@%s\r\n"
             "CSeq: 1 OPTIONS\r\n"
             "Contact: <sip:caller@%s:%d%s>\r\n"
             "Accept: application/sdp\r\n"
             "User-Agent: sipload\r\n"
             "Content-Length: 0\r\n\r\n",
             options->server_text, transport_parameter(options), transport_name(options), options->address,
             options->caller_port, options->server_text, options->address, options->address, options->caller_port,
             transport_parameter(options));
    template_compile(template, text);
}
