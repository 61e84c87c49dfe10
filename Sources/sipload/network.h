// The sockets: UDP in batches (recvmmsg, sendmmsg), TCP framed by Content-Length, all under one epoll.
#ifndef SIPLOAD_NETWORK_H
#define SIPLOAD_NETWORK_H

#include "bytes.h"

#include <netinet/in.h>

enum { DATAGRAM_BATCH = 64, DATAGRAM_SIZE = 4096, ENDPOINT_LIMIT = 1024 };

enum endpoint_kind { ENDPOINT_DATAGRAM, ENDPOINT_LISTENER, ENDPOINT_STREAM };

struct datagram_batch;

/// A UDP socket, a TCP listener or a TCP connection.
struct endpoint {
    enum endpoint_kind kind;
    int descriptor;        ///< -1 when closed
    int leg;               ///< which of the callee's ports; -1 for the caller
    bool is_dirty;         ///< has something to send
    bool waits_for_room;   ///< the connection took no more; epoll says when it does
    struct datagram_batch *outgoing;
    char *in, *out;        ///< bytes of a connection not yet framed, and not yet sent
    size_t in_length, out_length, out_capacity;
};

struct network {
    int epoll;
    struct endpoint *endpoints[ENDPOINT_LIMIT];
    int endpoint_count;
    struct endpoint *dirty[ENDPOINT_LIMIT];
    int dirty_count;
    struct datagram_batch *incoming;
    struct sockaddr_in server;
    uint64_t sent, received, connections_lost;
    void *context;
    void (*message_received)(void *context, struct endpoint *, const struct sockaddr_in *peer, struct span bytes);
    void (*batch_begins)(void *context);  ///< called before the messages of each read
};

void network_init(struct network *network, struct sockaddr_in server);
struct endpoint *network_datagram(struct network *network, const char *address, int port, int leg);
struct endpoint *network_listener(struct network *network, const char *address, int port, int leg);
/// A connection of the caller to the server; it is made anew when the server closes it.
struct endpoint *network_connection(struct network *network);
/// Puts a message into the endpoint's outgoing batch. `peer` is for UDP alone.
void network_send(struct network *, struct endpoint *, const struct sockaddr_in *peer, struct span bytes);
void network_flush(struct network *network);
/// Waits up to `nanoseconds` and hands over what has come, flushing the answers after each batch.
void network_wait(struct network *network, int64_t nanoseconds);

/// For the files of the network alone.
struct endpoint *network_add(struct network *network, enum endpoint_kind kind, int descriptor, int leg);
void network_touch(struct network *network, struct endpoint *endpoint);
void network_fail(const char *what);
void network_fail_at(const char *what, int port);
struct sockaddr_in network_address(const char *address, int port);
struct datagram_batch *datagram_batch_make(void);
void datagram_send(struct network *, struct endpoint *, const struct sockaddr_in *peer, struct span bytes);
void datagram_flush(struct endpoint *endpoint);
void datagram_receive(struct network *network, struct endpoint *endpoint);
void stream_send(struct network *network, struct endpoint *endpoint, struct span bytes);
void stream_flush(struct network *network, struct endpoint *endpoint);
void stream_receive(struct network *network, struct endpoint *endpoint);
void stream_accept(struct network *network, struct endpoint *listener);

#endif
