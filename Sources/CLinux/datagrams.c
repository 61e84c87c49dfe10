#define _GNU_SOURCE
#include "addresses.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* A slot takes the largest datagram. The stride is not a power of two: slots 64 KiB apart would all fall into the
   same few sets of the caches. */
enum { slot_size = 65536, slot_stride = slot_size + 1088 };

struct cl_receiver {
    unsigned capacity;
    uint8_t *memory;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_in6 *sources;
};

struct cl_receiver *cl_receiver_new(unsigned capacity) {
    struct cl_receiver *receiver = calloc(1, sizeof *receiver);
    if (!receiver) return NULL;
    receiver->capacity = capacity;
    receiver->memory = malloc((size_t)capacity * slot_stride);
    receiver->headers = calloc(capacity, sizeof *receiver->headers);
    receiver->vectors = calloc(capacity, sizeof *receiver->vectors);
    receiver->sources = calloc(capacity, sizeof *receiver->sources);
    if (!receiver->memory || !receiver->headers || !receiver->vectors || !receiver->sources) {
        cl_receiver_free(receiver);
        return NULL;
    }
    for (unsigned slot = 0; slot < capacity; slot++) {
        receiver->vectors[slot].iov_base = receiver->memory + (size_t)slot * slot_stride;
        receiver->vectors[slot].iov_len = slot_size;
        receiver->headers[slot].msg_hdr.msg_iov = &receiver->vectors[slot];
        receiver->headers[slot].msg_hdr.msg_iovlen = 1;
        receiver->headers[slot].msg_hdr.msg_name = &receiver->sources[slot];
        receiver->headers[slot].msg_hdr.msg_namelen = sizeof receiver->sources[slot];
    }
    return receiver;
}

void cl_receiver_free(struct cl_receiver *receiver) {
    free(receiver->memory);
    free(receiver->headers);
    free(receiver->vectors);
    free(receiver->sources);
    free(receiver);
}

int cl_receiver_read(struct cl_receiver *receiver, int socket, unsigned first) {
    int count = recvmmsg(socket, receiver->headers + first, receiver->capacity - first, MSG_DONTWAIT, NULL);
    if (count < 0) return -errno;
    /* The kernel wrote the length of each address over the room that there is for one. */
    for (int slot = 0; slot < count; slot++)
        receiver->headers[first + slot].msg_hdr.msg_namelen = sizeof receiver->sources[0];
    return count;
}

const uint8_t *cl_receiver_bytes(const struct cl_receiver *receiver, unsigned slot, size_t *count) {
    *count = receiver->headers[slot].msg_len;
    return receiver->vectors[slot].iov_base;
}

void cl_receiver_source(const struct cl_receiver *receiver, unsigned slot, struct cl_address *source) {
    cl_address_from_sockaddr(&receiver->sources[slot], source);
}

struct cl_sender {
    unsigned capacity;
    struct mmsghdr *headers;
    struct iovec *vectors;
    struct sockaddr_in6 *targets;
};

struct cl_sender *cl_sender_new(unsigned capacity) {
    struct cl_sender *sender = calloc(1, sizeof *sender);
    if (!sender) return NULL;
    sender->capacity = capacity;
    sender->headers = calloc(capacity, sizeof *sender->headers);
    sender->vectors = calloc(capacity, sizeof *sender->vectors);
    sender->targets = calloc(capacity, sizeof *sender->targets);
    if (!sender->headers || !sender->vectors || !sender->targets) {
        cl_sender_free(sender);
        return NULL;
    }
    for (unsigned slot = 0; slot < capacity; slot++) {
        sender->headers[slot].msg_hdr.msg_iov = &sender->vectors[slot];
        sender->headers[slot].msg_hdr.msg_iovlen = 1;
        sender->headers[slot].msg_hdr.msg_name = &sender->targets[slot];
    }
    return sender;
}

void cl_sender_free(struct cl_sender *sender) {
    free(sender->headers);
    free(sender->vectors);
    free(sender->targets);
    free(sender);
}

void cl_sender_set(
    struct cl_sender *sender, unsigned slot, const void *bytes, size_t count, const struct cl_address *target) {
    sender->vectors[slot].iov_base = (void *)bytes;
    sender->vectors[slot].iov_len = count;
    sender->headers[slot].msg_hdr.msg_namelen = cl_address_to_sockaddr(target, &sender->targets[slot]);
}

int cl_sender_send(struct cl_sender *sender, int socket, unsigned first, unsigned end) {
    int count = sendmmsg(socket, sender->headers + first, end - first, MSG_DONTWAIT | MSG_NOSIGNAL);
    return count < 0 ? -errno : count;
}

void cl_wait_writable(int socket, int milliseconds) {
    struct pollfd watch = {.fd = socket, .events = POLLOUT};
    poll(&watch, 1, milliseconds);
}
