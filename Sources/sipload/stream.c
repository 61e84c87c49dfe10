#define _GNU_SOURCE
#include "message.h"
#include "network.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STREAM_BUFFER = 1 << 17 };

static struct endpoint *add_connection(struct network *network, int descriptor, int leg) {
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct endpoint *endpoint = network_add(network, ENDPOINT_STREAM, descriptor, leg);
    endpoint->in = malloc(STREAM_BUFFER);
    endpoint->out_capacity = STREAM_BUFFER;
    endpoint->out = malloc(endpoint->out_capacity);
    return endpoint;
}

struct endpoint *network_listener(struct network *network, const char *address, int port, int leg) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in local = network_address(address, port);
    if (descriptor < 0) network_fail("socket");
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(descriptor, (struct sockaddr *)&local, sizeof local) != 0) network_fail_at("bind", port);
    if (listen(descriptor, 128) != 0) network_fail("listen");
    return network_add(network, ENDPOINT_LISTENER, descriptor, leg);
}

struct endpoint *network_connection(struct network *network) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) network_fail("socket");
    if (connect(descriptor, (struct sockaddr *)&network->server, sizeof network->server) != 0) network_fail("connect");
    return add_connection(network, descriptor, -1);
}

void stream_accept(struct network *network, struct endpoint *listener) {
    int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_CLOEXEC);
    if (descriptor >= 0) add_connection(network, descriptor, listener->leg);
}

/// The server ended a connection. The caller makes a new one in its place; what was under way runs into its limit.
static void lost(struct network *network, struct endpoint *endpoint) {
    network->connections_lost++;
    close(endpoint->descriptor);
    endpoint->descriptor = -1;
    endpoint->in_length = endpoint->out_length = 0;
    endpoint->waits_for_room = false;
    if (endpoint->leg >= 0) return;
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (descriptor < 0) network_fail("socket");
    if (connect(descriptor, (struct sockaddr *)&network->server, sizeof network->server) != 0) {
        network_fail("connect again");
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    endpoint->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};
    if (epoll_ctl(network->epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) network_fail("epoll_ctl");
}

void stream_send(struct network *network, struct endpoint *endpoint, struct span bytes) {
    if (endpoint->descriptor < 0) return;
    while (endpoint->out_length + bytes.length > endpoint->out_capacity) {
        endpoint->out_capacity *= 2;
        endpoint->out = realloc(endpoint->out, endpoint->out_capacity);
    }
    memcpy(endpoint->out + endpoint->out_length, bytes.data, bytes.length);
    endpoint->out_length += bytes.length;
    network_touch(network, endpoint);
}

static void watch_for_room(struct network *network, struct endpoint *endpoint, bool waits) {
    if (endpoint->waits_for_room == waits) return;
    endpoint->waits_for_room = waits;
    struct epoll_event event = {.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = endpoint};
    epoll_ctl(network->epoll, EPOLL_CTL_MOD, endpoint->descriptor, &event);
}

void stream_flush(struct network *network, struct endpoint *endpoint) {
    if (endpoint->descriptor < 0) return;
    size_t done = 0;
    while (done < endpoint->out_length) {
        ssize_t sent = send(endpoint->descriptor, endpoint->out + done, endpoint->out_length - done,
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) break;
        done += (size_t)sent;
    }
    memmove(endpoint->out, endpoint->out + done, endpoint->out_length - done);
    endpoint->out_length -= done;
    watch_for_room(network, endpoint, endpoint->out_length > 0);
}

/// Hands over each complete message (RFC 3261 §18.3) and returns how many bytes they were.
static size_t frame(struct network *network, struct endpoint *endpoint) {
    size_t at = 0;
    while (at < endpoint->in_length) {
        struct span rest = {endpoint->in + at, endpoint->in_length - at};
        if (*rest.data == '\r' || *rest.data == '\n') {  // keep-alives between messages (RFC 5626 §3.5.1)
            at++;
            continue;
        }
        const char *empty = span_find(rest, LITERAL("\r\n\r\n"));
        struct message message;
        if (empty == NULL || !message_scan(&message, span_between(rest.data, empty + 4))) break;
        size_t length = message.head_length + message.content_length;
        if (length > rest.length) break;
        network->received++;
        network->message_received(network->context, endpoint, NULL, (struct span){rest.data, length});
        at += length;
    }
    return at;
}

void stream_receive(struct network *network, struct endpoint *endpoint) {
    ssize_t count = recv(endpoint->descriptor, endpoint->in + endpoint->in_length, STREAM_BUFFER - endpoint->in_length,
                         MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        lost(network, endpoint);
        return;
    }
    endpoint->in_length += (size_t)count;
    network->batch_begins(network->context);
    size_t done = frame(network, endpoint);
    if (done == 0 && endpoint->in_length == STREAM_BUFFER) {  // neither framed nor frameable
        lost(network, endpoint);
        return;
    }
    memmove(endpoint->in, endpoint->in + done, endpoint->in_length - done);
    endpoint->in_length -= done;
}
