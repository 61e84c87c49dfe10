/* The Linux calls that Swift can't make well: batches of datagrams, epoll, futexes, and the macros around them.
   Everything here is thin; no function keeps state of its own, and failures are returned as -errno. */
#ifndef CLINUX_H
#define CLINUX_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* An address and a port in host order: IPv4 in the low half of `low`, or IPv6 in both words. */
struct cl_address {
    uint64_t high;
    uint64_t low;
    uint32_t scope;
    uint16_t port;
    uint8_t is_ipv6;
};

/* Clock */

/* CLOCK_MONOTONIC in nanoseconds. */
static inline int64_t cl_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Lets the thread rest for so many nanoseconds, within a millisecond; a signal ends it early. */
static inline void cl_pause(int64_t nanoseconds) {
    struct timespec rest = {0, nanoseconds < 1000000 ? nanoseconds : 999999};
    nanosleep(&rest, 0);
}

/* CPU time of the whole process (user and system) in nanoseconds. */
int64_t cl_process_cpu(void);

/* Sockets */

/* A bound, non-blocking, close-on-exec UDP socket with a receive buffer of `receive_buffer` bytes if it can be had.
   ICMP errors are kept for cl_read_error; a call on the socket may fail with one of an earlier datagram. */
int cl_udp_socket(const struct cl_address *address, int receive_buffer);
/* A listening, non-blocking TCP socket. */
int cl_tcp_listener(const struct cl_address *address, int backlog);
/* The address that a socket is bound to; 0 or -errno. */
int cl_socket_address(int socket, struct cl_address *address);
/* The address in a `struct sockaddr` of either family. */
void cl_address_of_kernel(const void *sockaddr, struct cl_address *address);
/* The size of the receive buffer that the kernel gave. */
int cl_receive_buffer(int socket);
/* How many datagrams the kernel has dropped because the receive buffer was full. */
uint64_t cl_kernel_drops(int socket);
/* Takes one ICMP error from a UDP socket: where the datagram went, and as much of it as the error quotes.
   The number of bytes quoted, or -errno when there is no error left. */
long cl_read_error(int socket, struct cl_address *target, void *quoted, size_t capacity);
/* Lets the process open as many descriptors as the system allows it. */
void cl_raise_descriptor_limit(void);
void cl_close(int descriptor);
/* The kernel's words for an errno. */
const char *cl_error_text(int error);
/* 1 for EAGAIN and its like: the call may work later. */
int cl_is_transient(int error);

/* Receiving in batches */

struct cl_receiver;

/* Room for `capacity` datagrams of the largest size; NULL without memory. */
struct cl_receiver *cl_receiver_new(unsigned capacity);
void cl_receiver_free(struct cl_receiver *receiver);
/* Reads what is there without waiting, into the slots from `first` on: the number read, or -errno. */
int cl_receiver_read(struct cl_receiver *receiver, int socket, unsigned first);
/* The bytes in a slot. */
const uint8_t *cl_receiver_bytes(const struct cl_receiver *receiver, unsigned slot, size_t *count);
/* Who sent what is in a slot. */
void cl_receiver_source(const struct cl_receiver *receiver, unsigned slot, struct cl_address *source);

/* Sending in batches */

struct cl_sender;

/* Room for `capacity` datagrams. */
struct cl_sender *cl_sender_new(unsigned capacity);
void cl_sender_free(struct cl_sender *sender);
/* Puts a datagram into a slot; the bytes must stay where they are until it is sent. */
void cl_sender_set(
    struct cl_sender *sender, unsigned slot, const void *bytes, size_t count, const struct cl_address *target);
/* Sends the slots from `first` to before `end`: the number sent, or -errno of the first of them. */
int cl_sender_send(struct cl_sender *sender, int socket, unsigned first, unsigned end);
/* Waits until the socket takes more, at most `milliseconds`. */
void cl_wait_writable(int socket, int milliseconds);

/* Waiting */

#define CL_TAG_ERROR 0x80000000u
int cl_epoll_new(void);
/* Tells `epoll` to report `tag` while `descriptor` can be read. */
int cl_epoll_add(int epoll, int descriptor, uint32_t tag);
/* Waits at most `timeout` nanoseconds (negative: for ever); the number of tags written, or -errno. A tag has
   CL_TAG_ERROR added when there are errors to take from the descriptor. */
int cl_epoll_wait(int epoll, uint32_t *tags, int capacity, int64_t timeout);
int cl_eventfd_new(void);
void cl_eventfd_signal(int eventfd);
void cl_eventfd_clear(int eventfd);

/* Sleeping on a word */

static inline uint32_t cl_word_load(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline uint32_t cl_word_exchange(uint32_t *word, uint32_t value) {
    return __atomic_exchange_n(word, value, __ATOMIC_ACQ_REL);
}
/* Sleeps while `*word` is `expected`, at most `timeout` nanoseconds (negative: for ever). May return early. */
void cl_word_wait(uint32_t *word, uint32_t expected, int64_t timeout);
/* Wakes one thread that sleeps on `word`. */
void cl_word_wake(uint32_t *word);

/* Threads */

/* Starts a thread named `name` (at most 15 bytes) that runs `body(context)`; 0 or -errno. */
int cl_thread_start(const char *name, void (*body)(void *), void *context, uint64_t *thread);
void cl_thread_join(uint64_t thread);
int cl_processor_count(void);

#endif
