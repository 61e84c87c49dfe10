#define _GNU_SOURCE
#include "network.h"

#include <stdlib.h>
#include <sys/socket.h>

struct datagram_batch {
    unsigned count;
    struct mmsghdr headers[DATAGRAM_BATCH];
    struct iovec vectors[DATAGRAM_BATCH];
    struct sockaddr_in peers[DATAGRAM_BATCH];
    char bytes[DATAGRAM_BATCH][DATAGRAM_SIZE];
};

struct datagram_batch *datagram_batch_make(void) {
    struct datagram_batch *batch = calloc(1, sizeof *batch);
    for (int i = 0; i < DATAGRAM_BATCH; i++) {
        batch->vectors[i] = (struct iovec){batch->bytes[i], DATAGRAM_SIZE};
        batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
        batch->headers[i].msg_hdr.msg_name = &batch->peers[i];
        batch->headers[i].msg_hdr.msg_namelen = sizeof batch->peers[i];
    }
    return batch;
}

struct endpoint *network_datagram(struct network *network, const char *address, int port, int leg) {
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 4 << 20;
    struct sockaddr_in local = network_address(address, port);
    if (descriptor < 0) network_fail("socket");
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (bind(descriptor, (struct sockaddr *)&local, sizeof local) != 0) network_fail_at("bind", port);
    struct endpoint *endpoint = network_add(network, ENDPOINT_DATAGRAM, descriptor, leg);
    endpoint->outgoing = datagram_batch_make();
    return endpoint;
}

void datagram_send(struct network *network, struct endpoint *endpoint, const struct sockaddr_in *peer,
                   struct span bytes) {
    struct datagram_batch *batch = endpoint->outgoing;
    if (batch->count == DATAGRAM_BATCH) datagram_flush(endpoint);
    unsigned at = batch->count++;
    size_t length = bytes.length < DATAGRAM_SIZE ? bytes.length : DATAGRAM_SIZE;
    memcpy(batch->bytes[at], bytes.data, length);
    batch->vectors[at].iov_len = length;
    batch->peers[at] = *peer;
    network_touch(network, endpoint);
}

void datagram_flush(struct endpoint *endpoint) {
    struct datagram_batch *batch = endpoint->outgoing;
    for (unsigned done = 0; done < batch->count;) {
        int sent = sendmmsg(endpoint->descriptor, batch->headers + done, batch->count - done, 0);
        // A datagram that the kernel refuses is a lost one: the timers send it again.
        done += sent > 0 ? (unsigned)sent : 1;
    }
    batch->count = 0;
}

void datagram_receive(struct network *network, struct endpoint *endpoint) {
    struct datagram_batch *batch = network->incoming;
    // Bounded, so that a flood on one socket cannot keep the others and the pace waiting.
    for (int round = 0; round < 4; round++) {
        int count = recvmmsg(endpoint->descriptor, batch->headers, DATAGRAM_BATCH, MSG_DONTWAIT, NULL);
        if (count <= 0) return;
        network->batch_begins(network->context);
        for (int i = 0; i < count; i++) {
            network->received++;
            struct span bytes = {batch->bytes[i], batch->headers[i].msg_len};
            network->message_received(network->context, endpoint, &batch->peers[i], bytes);
        }
        network_flush(network);
        if (count < DATAGRAM_BATCH) return;
    }
}
