#define _GNU_SOURCE
#include "addresses.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

int64_t cl_process_cpu(void) {
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static void set_option(int socket, int level, int name, int value) {
    setsockopt(socket, level, name, &value, sizeof value);
}

/* A socket of the address's family, bound. UDP sockets don't get SO_REUSEADDR: with it Linux lets two processes
   bind the same port, and a busy port would go unseen. */
static int bound_socket(const struct cl_address *address, int type) {
    struct sockaddr_storage storage;
    socklen_t length = cl_address_to_sockaddr(address, &storage);
    int descriptor = socket(storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (address->is_ipv6) set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (type == SOCK_STREAM) set_option(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(descriptor, (struct sockaddr *)&storage, length) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int cl_udp_socket(const struct cl_address *address, int receive_buffer) {
    int descriptor = bound_socket(address, SOCK_DGRAM);
    if (descriptor < 0) return descriptor;
    if (address->is_ipv6)
        set_option(descriptor, IPPROTO_IPV6, IPV6_RECVERR, 1);
    else
        set_option(descriptor, IPPROTO_IP, IP_RECVERR, 1);
    /* FORCE passes net.core.rmem_max, and needs CAP_NET_ADMIN. */
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
        set_option(descriptor, SOL_SOCKET, SO_RCVBUF, receive_buffer);
    if (setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &receive_buffer, sizeof receive_buffer) < 0)
        set_option(descriptor, SOL_SOCKET, SO_SNDBUF, receive_buffer);
    return descriptor;
}

int cl_tcp_listener(const struct cl_address *address, int backlog) {
    int descriptor = bound_socket(address, SOCK_STREAM);
    if (descriptor < 0) return descriptor;
    if (listen(descriptor, backlog) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int cl_socket_address(int socket, struct cl_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(socket, (struct sockaddr *)&storage, &length) < 0) return -errno;
    cl_address_from_sockaddr(&storage, address);
    return 0;
}

void cl_address_of_kernel(const void *sockaddr, struct cl_address *address) {
    cl_address_from_sockaddr(sockaddr, address);
}

int cl_receive_buffer(int socket) {
    int size = 0;
    socklen_t length = sizeof size;
    getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, &length);
    return size;
}

/* SO_MEMINFO has the same counter as SO_RXQ_OVFL and costs nothing while it is not asked for. */
uint64_t cl_kernel_drops(int socket) {
    uint32_t info[SK_MEMINFO_VARS];
    memset(info, 0, sizeof info);
    socklen_t length = sizeof info;
    if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, info, &length) < 0) return 0;
    return info[SK_MEMINFO_DROPS];
}

long cl_read_error(int socket, struct cl_address *target, void *quoted, size_t capacity) {
    struct sockaddr_storage name;
    char control[512];
    struct iovec vector = {.iov_base = quoted, .iov_len = capacity};
    struct msghdr message = {
        .msg_name = &name,
        .msg_namelen = sizeof name,
        .msg_iov = &vector,
        .msg_iovlen = 1,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    ssize_t count = recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (count < 0) return -errno;
    cl_address_from_sockaddr(&name, target);
    return count;
}

void cl_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void cl_close(int descriptor) { close(descriptor); }

const char *cl_error_text(int error) {
    const char *text = strerrordesc_np(error);
    return text ? text : "unknown error";
}

int cl_is_transient(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS;
}
