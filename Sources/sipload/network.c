#define _GNU_SOURCE
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

void network_fail(const char *what) {
    fprintf(stderr, "sipload: %s: %s\n", what, strerror(errno));
    exit(1);
}

void network_fail_at(const char *what, int port) {
    fprintf(stderr, "sipload: %s to port %d: %s\n", what, port, strerror(errno));
    exit(1);
}

struct sockaddr_in network_address(const char *address, int port) {
    struct sockaddr_in result = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) {
        errno = EINVAL;
        network_fail(address);
    }
    return result;
}

void network_init(struct network *network, struct sockaddr_in server) {
    memset(network, 0, sizeof *network);
    network->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (network->epoll < 0) network_fail("epoll_create1");
    network->server = server;
    network->incoming = datagram_batch_make();
}

struct endpoint *network_add(struct network *network, enum endpoint_kind kind, int descriptor, int leg) {
    if (network->endpoint_count == ENDPOINT_LIMIT) {
        errno = EMFILE;
        network_fail("too many connections");
    }
    struct endpoint *endpoint = calloc(1, sizeof *endpoint);
    endpoint->kind = kind;
    endpoint->descriptor = descriptor;
    endpoint->leg = leg;
    network->endpoints[network->endpoint_count++] = endpoint;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};
    if (epoll_ctl(network->epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) network_fail("epoll_ctl");
    return endpoint;
}

void network_touch(struct network *network, struct endpoint *endpoint) {
    if (endpoint->is_dirty) return;
    endpoint->is_dirty = true;
    network->dirty[network->dirty_count++] = endpoint;
}

void network_send(struct network *network, struct endpoint *endpoint, const struct sockaddr_in *peer,
                  struct span bytes) {
    network->sent++;
    if (endpoint->kind == ENDPOINT_DATAGRAM) datagram_send(network, endpoint, peer, bytes);
    else stream_send(network, endpoint, bytes);
}

void network_flush(struct network *network) {
    for (int i = 0; i < network->dirty_count; i++) {
        struct endpoint *endpoint = network->dirty[i];
        endpoint->is_dirty = false;
        if (endpoint->kind == ENDPOINT_DATAGRAM) datagram_flush(endpoint);
        else stream_flush(network, endpoint);
    }
    network->dirty_count = 0;
}

void network_wait(struct network *network, int64_t nanoseconds) {
    struct epoll_event events[32];
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = epoll_pwait2(network->epoll, events, 32, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        struct endpoint *endpoint = events[i].data.ptr;
        if (endpoint->descriptor < 0) continue;
        switch (endpoint->kind) {
        case ENDPOINT_DATAGRAM: datagram_receive(network, endpoint); break;
        case ENDPOINT_LISTENER: stream_accept(network, endpoint); break;
        case ENDPOINT_STREAM:
            if (events[i].events & EPOLLOUT) stream_flush(network, endpoint);
            if (events[i].events & ~(unsigned)EPOLLOUT) stream_receive(network, endpoint);
            break;
        }
        network_flush(network);
    }
}
