// The command line.
#ifndef SIPLOAD_OPTIONS_H
#define SIPLOAD_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum item { ITEM_OPTIONS, ITEM_STATELESS, ITEM_STATEFUL, ITEM_LOCATED, ITEM_REGISTER, ITEM_FORK, ITEM_REDIRECT };

enum { PORT_LIMIT = 8, FORK_WIDTH = 3 };

struct options {
    enum item item;
    const char *item_name;
    struct sockaddr_in server;
    char server_text[32];      ///< "127.0.0.1:5060"
    bool is_stream;            ///< TCP instead of UDP
    double rate;               ///< units per second; 0: closed loop
    int window;                ///< units outstanding in the closed loop
    double seconds;            ///< how long units are started
    uint64_t count;            ///< at most so many units; 0: no limit
    uint32_t users;            ///< addresses-of-record u000000 … in use
    const char *domain;
    const char *address;       ///< of both call ends, as text
    int caller_port, callee_port, callee_ports;
    int connections;           ///< TCP connections of the caller
    int contacts;              ///< contacts a REGISTER binds
    double limit;              ///< seconds until a unit counts as failed
    double tick;               ///< microseconds between batches of the fixed rate
    bool sets_up;              ///< register the users first when the item needs them
    bool synchronises;         ///< tell when ready, and wait for a line, before measuring
};

/// Reads the arguments; prints and exits on `--help` and on what it does not know.
void options_parse(struct options *options, int count, char **arguments);

#endif
