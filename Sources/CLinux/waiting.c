#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int cl_epoll_new(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    return epoll < 0 ? -errno : epoll;
}

int cl_epoll_add(int epoll, int descriptor, uint32_t tag) {
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = tag};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

int cl_epoll_wait(int epoll, uint32_t *tags, int capacity, int64_t timeout) {
    enum { most = 32 };
    struct epoll_event events[most];
    /* Rounded up: waking before a deadline would only mean to wait again. */
    int64_t milliseconds = timeout < 0 ? -1 : timeout / 1000000 + (timeout % 1000000 != 0);
    if (milliseconds > 3600000) milliseconds = 3600000;
    int count = epoll_wait(epoll, events, capacity < most ? capacity : most, (int)milliseconds);
    if (count < 0) return -errno;
    for (int index = 0; index < count; index++)
        tags[index] = events[index].data.u32 | (events[index].events & EPOLLERR ? CL_TAG_ERROR : 0);
    return count;
}

int cl_eventfd_new(void) {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

void cl_eventfd_signal(int eventfd) {
    uint64_t one = 1;
    ssize_t written = write(eventfd, &one, sizeof one);
    (void)written; /* Only a full counter refuses, and that is signalled already. */
}

void cl_eventfd_clear(int eventfd) {
    uint64_t count;
    ssize_t taken = read(eventfd, &count, sizeof count);
    (void)taken;
}

void cl_word_wait(uint32_t *word, uint32_t expected, int64_t timeout) {
    struct timespec limit = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout < 0 ? NULL : &limit, NULL, 0);
}

void cl_word_wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

struct start {
    void (*body)(void *);
    void *context;
};

static void *run(void *argument) {
    struct start start = *(struct start *)argument;
    free(argument);
    start.body(start.context);
    return NULL;
}

int cl_thread_start(const char *name, void (*body)(void *), void *context, uint64_t *thread) {
    struct start *start = malloc(sizeof *start);
    if (!start) return -ENOMEM;
    start->body = body;
    start->context = context;
    pthread_t started;
    int error = pthread_create(&started, NULL, run, start);
    if (error) {
        free(start);
        return -error;
    }
    pthread_setname_np(started, name);
    *thread = (uint64_t)started;
    return 0;
}

void cl_thread_join(uint64_t thread) { pthread_join((pthread_t)thread, NULL); }

int cl_processor_count(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}
