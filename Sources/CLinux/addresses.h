/* Between our addresses and the kernel's. */
#ifndef CLINUX_ADDRESSES_H
#define CLINUX_ADDRESSES_H

#include "CLinux.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static inline socklen_t cl_address_to_sockaddr(const struct cl_address *address, void *storage) {
    if (!address->is_ipv6) {
        struct sockaddr_in *v4 = storage;
        memset(v4, 0, sizeof *v4);
        v4->sin_family = AF_INET;
        v4->sin_port = htons(address->port);
        v4->sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = storage;
    uint64_t words[2] = {__builtin_bswap64(address->high), __builtin_bswap64(address->low)};
    memset(v6, 0, sizeof *v6);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address->port);
    v6->sin6_scope_id = address->scope;
    memcpy(&v6->sin6_addr, words, sizeof words);
    return sizeof *v6;
}

static inline void cl_address_from_sockaddr(const void *storage, struct cl_address *address) {
    const struct sockaddr_in *v4 = storage;
    memset(address, 0, sizeof *address);
    if (v4->sin_family == AF_INET) {
        address->low = ntohl(v4->sin_addr.s_addr);
        address->port = ntohs(v4->sin_port);
        return;
    }
    const struct sockaddr_in6 *v6 = storage;
    uint64_t words[2];
    memcpy(words, &v6->sin6_addr, sizeof words);
    address->high = __builtin_bswap64(words[0]);
    address->low = __builtin_bswap64(words[1]);
    address->port = ntohs(v6->sin6_port);
    address->scope = v6->sin6_scope_id;
    address->is_ipv6 = 1;
}

#endif
