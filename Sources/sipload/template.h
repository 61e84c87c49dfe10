// Requests made ready once: a copy and a few fixed-width numbers make each message.
#ifndef SIPLOAD_TEMPLATE_H
#define SIPLOAD_TEMPLATE_H

#include "bytes.h"
#include "options.h"

enum { REQUEST_SIZE = 2048, TEMPLATE_HOLES = 32 };

/// What differs between two units. In the text of a template a hole is the control character of its number.
enum hole {
    HOLE_NONCE = 1,        ///< 16 hexadecimal digits
    HOLE_INDEX = 2,        ///< 6 hexadecimal digits
    HOLE_USER = 3,         ///< 6 decimal digits
    HOLE_TRANSACTION = 4,  ///< 2 hexadecimal digits
    HOLE_SEQUENCE = 5,     ///< 9 decimal digits
};

struct template {
    char bytes[REQUEST_SIZE];
    size_t length;
    struct {
        uint16_t offset;
        uint8_t hole;
    } holes[TEMPLATE_HOLES];
    int hole_count;
};

/// The values for the holes.
struct filling {
    uint64_t nonce;
    uint32_t index, user, transaction, sequence;
};

/// Makes a template of text with holes.
void template_compile(struct template *template, const char *text);
/// The message for `filling`, written to `to`; returns its length.
size_t template_fill(const struct template *template, char to[REQUEST_SIZE], const struct filling *filling);

/// INVITE to the user at the callee's port, or at the domain when `port` is 0.
void template_invite(struct template *template, const struct options *options, int port);
/// REGISTER with a contact for each of the callee's first `options->contacts` ports. `run` tells runs apart.
void template_register(struct template *template, const struct options *options, uint32_t run);
void template_options(struct template *template, const struct options *options);

#endif
