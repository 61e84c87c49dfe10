// What is counted, and how it is printed.
#ifndef SIPLOAD_STATISTICS_H
#define SIPLOAD_STATISTICS_H

#include "histogram.h"

enum { STATUS_LIMIT = 700 };

struct statistics {
    uint64_t started, completed, failed;
    uint64_t failed_with[STATUS_LIMIT];  ///< by the final status that was not wanted
    uint64_t timed_out;                  ///< the unit's limit was over
    uint64_t unanswerable;               ///< a challenge without MD5, or a repeated one
    uint64_t malformed;                  ///< a 2xx without what its ACK needs
    uint64_t not_started;                ///< due, but too many units were outstanding
    uint64_t requests_repeated, acks_repeated, finals_repeated;  ///< sent again by us
    uint64_t requests_again, responses_again;                    ///< received again from the server
    uint64_t strays;                     ///< received for a unit that is over
    uint64_t unreadable;                 ///< received and no SIP message of ours
    uint64_t rings_lost;                 ///< answered by timer because no 180 reached the caller
    int64_t late;                        ///< how far the pace was ever behind, nanoseconds
    struct histogram setup;              ///< first request to the 200 (302) that answers it
    struct histogram whole;              ///< first request to the end of the unit
};

#endif
