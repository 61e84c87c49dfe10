// One pass over a received message: the header fields that a user agent needs, as spans of the receive buffer.
#ifndef SIPLOAD_MESSAGE_H
#define SIPLOAD_MESSAGE_H

#include "bytes.h"

enum method { METHOD_OTHER, METHOD_INVITE, METHOD_ACK, METHOD_BYE, METHOD_CANCEL, METHOD_REGISTER, METHOD_OPTIONS };

enum { MESSAGE_VIA_LIMIT = 8, MESSAGE_ROUTE_LIMIT = 8, MESSAGE_CHALLENGE_LIMIT = 4 };

/// A header field: the whole line with its CRLF, to copy, and its value, to read.
struct field {
    struct span line;
    struct span value;
};

struct message {
    bool is_request;
    int status;            ///< of a response
    enum method method;    ///< of the request line, or of the CSeq in a response
    struct field via[MESSAGE_VIA_LIMIT];
    struct field record_route[MESSAGE_ROUTE_LIMIT];
    struct field challenge[MESSAGE_CHALLENGE_LIMIT];  ///< WWW-Authenticate or Proxy-Authenticate
    int via_count, record_route_count, challenge_count;
    struct field from, to, call_id, cseq, contact;
    size_t content_length;
    bool has_content_length;
    size_t head_length;    ///< up to and with the empty line
};

/// Indexes `bytes`; false when it is no SIP message with the fields that every one must have (RFC 3261 §8.1.1).
/// The generator makes all traffic itself, so it does without line folding.
bool message_scan(struct message *message, struct span bytes);
/// The tag parameter of a From or To value; absent when there is none.
struct span message_tag(struct span value);
/// The URI of a name-addr or addr-spec.
struct span message_uri(struct span value);

#endif
