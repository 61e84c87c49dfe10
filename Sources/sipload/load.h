// The state of a run, and what the parts do with it.
#ifndef SIPLOAD_LOAD_H
#define SIPLOAD_LOAD_H

#include "message.h"
#include "network.h"
#include "options.h"
#include "statistics.h"
#include "template.h"
#include "timers.h"

enum { UNIT_LIMIT = 1 << 16 };

/// The callee's side of a call at one contact.
enum leg_state { LEG_IDLE, LEG_RINGING, LEG_ANSWERED, LEG_CANCELLED, LEG_CONFIRMED };

struct leg {
    enum leg_state state;
    bool has_bye;
    struct endpoint *endpoint;   ///< where the INVITE came in and the responses go out
    struct sockaddr_in peer;
    char answer[REQUEST_SIZE], decline[REQUEST_SIZE];  ///< 200 and 487, written when the INVITE arrives
    size_t answer_length, decline_length;
};

enum unit_state { UNIT_FREE, UNIT_CALLING, UNIT_ANSWERED, UNIT_CLEARING, UNIT_CLEARED, UNIT_REGISTERING, UNIT_ASKING };

/// One unit of work: a call with both its ends, a registration, or an OPTIONS request.
struct unit {
    uint64_t nonce;         ///< in tags, Call-ID and branches; a place used again has another one
    uint32_t index, user;
    enum unit_state state;
    uint8_t transaction;    ///< counts the caller's requests; part of the branch
    bool repeats;           ///< the request is sent again until a response comes
    bool was_challenged, has_trying;
    uint8_t rings;          ///< from which legs a 180 has come, as bits
    int64_t began;
    char request[REQUEST_SIZE], ack[REQUEST_SIZE];
    size_t request_length, ack_length, bye_length;
    char bye[REQUEST_SIZE];
    struct leg legs[FORK_WIDTH];
};

struct load {
    struct options options;
    struct network network;
    struct timers timers;
    struct statistics statistics;
    int64_t now;                   ///< monotonic, nanoseconds; read once a batch
    enum item item;                ///< of this phase: the set-up registers
    uint64_t started_in_total;     ///< never cleared, so that no nonce comes twice
    uint64_t seed;
    uint32_t outstanding, next_user;
    int64_t ended;                 ///< when the latest unit ended
    struct endpoint *callers[256];
    int caller_count;
    struct unit *units;
    uint32_t *free_units;
    uint32_t free_count;
    uint32_t *sequences;           ///< CSeq of each user's registrations
    struct template invites[PORT_LIMIT], registration, question;
};

// unit.c
void units_init(struct load *load);
/// A free place with a new nonce, its limit running; NULL when all are taken.
struct unit *unit_begin(struct load *load);
/// The unit that a message's From tag names; NULL when it is over or never was.
struct unit *unit_find(struct load *load, struct span from);
/// Ends a unit as completed, or as failed with a count that is raised.
void unit_complete(struct load *load, struct unit *unit);
void unit_fail(struct load *load, struct unit *unit, uint64_t *reason);
void unit_timer(struct load *load, const struct timer *timer);
void start_timer(struct load *load, const struct unit *unit, enum timer_kind kind, int leg, int step);

// caller.c
struct endpoint *caller_endpoint(struct load *load, const struct unit *unit);
/// Sends `unit->request` as a new transaction, repeated until a response comes.
void caller_send(struct load *load, struct unit *unit);
void caller_resend(struct load *load, struct unit *unit, int step);
void caller_invite(struct load *load, struct unit *unit);
void caller_response(struct load *load, struct unit *unit, const struct message *message);
/// The callee has the ACK: hang up.
void caller_acknowledged(struct load *load, struct unit *unit);
/// Ends the call when both ends have everything.
void call_check(struct load *load, struct unit *unit);

// dialog.c
/// Writes the ACK and the BYE that follow a 2xx; false when the response lacks what they need.
bool dialog_requests(struct load *load, struct unit *unit, const struct message *message);
/// Writes the ACK for a final response other than 2xx (RFC 3261 §17.1.1.3).
void write_hop_ack(struct unit *unit, const struct message *message);

// callee.c
void callee_request(struct load *load, struct endpoint *endpoint, const struct sockaddr_in *peer, struct unit *unit,
                    const struct message *message);
/// The 180 of this leg has reached the caller, or will not.
void callee_rang(struct load *load, struct unit *unit, int leg);
void callee_timer(struct load *load, struct unit *unit, const struct timer *timer);

// answer.c
/// Writes a response to `message` with what RFC 3261 §8.2.6.2 has copied from it, and a body for `with_body`.
size_t write_response(const struct load *load, char to[REQUEST_SIZE], const char *status_line,
                      const struct message *message, const struct sockaddr_in *peer, const struct unit *unit, int leg,
                      bool with_body);

// register.c
void register_begin(struct load *load, struct unit *unit);
void register_response(struct load *load, struct unit *unit, const struct message *message);

// run.c
int64_t clock_now(void);
/// Runs one phase to its end: starts units at the rate or in the window, then waits for the outstanding ones.
void run_phase(struct load *load, enum item item, double rate, int window, double seconds, uint64_t count);
void load_received(void *context, struct endpoint *endpoint, const struct sockaddr_in *peer, struct span bytes);
void load_batch_begins(void *context);

// report.c
void report_print(const struct load *load, int64_t began, double processor_seconds);

#endif
