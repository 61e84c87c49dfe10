// sipload: a SIP load generator in one thread, which plays both call ends. See `sipload --help`.
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void open_endpoints(struct load *load) {
    const struct options *options = &load->options;
    network_init(&load->network, options->server);
    load->network.context = load;
    load->network.message_received = load_received;
    load->network.batch_begins = load_batch_begins;
    for (int i = 0; i < options->callee_ports; i++) {
        int port = options->callee_port + i;
        if (options->is_stream) network_listener(&load->network, options->address, port, i);
        else network_datagram(&load->network, options->address, port, i);
    }
    load->caller_count = options->is_stream ? options->connections : 1;
    for (int i = 0; i < load->caller_count; i++) {
        load->callers[i] = options->is_stream ? network_connection(&load->network)
                                              : network_datagram(&load->network, options->address,
                                                                 options->caller_port, -1);
    }
}

static void compile_templates(struct load *load) {
    const struct options *options = &load->options;
    bool by_address = options->item == ITEM_STATEFUL || options->item == ITEM_STATELESS;
    for (int i = 0; i < options->callee_ports; i++) {
        template_invite(&load->invites[i], options, by_address ? options->callee_port + i : 0);
    }
    template_register(&load->registration, options, (uint32_t)load->seed);
    template_options(&load->question, options);
}

static double processor_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// Registers each user once. A callee who is not there would make every later figure worthless, so that ends the run.
static void set_up(struct load *load) {
    run_phase(load, ITEM_REGISTER, 0, 200, 600, load->options.users);
    if (load->statistics.failed == 0) return;
    fprintf(stderr, "sipload: %llu of %u registrations failed\n", (unsigned long long)load->statistics.failed,
            load->options.users);
    report_print(load, load->now, 0);
    exit(1);
}

int main(int count, char **arguments) {
    struct load *load = calloc(1, sizeof *load);
    options_parse(&load->options, count, arguments);
    // The default slack of 50 µs would be half of the wait between two batches at a high rate.
    prctl(PR_SET_TIMERSLACK, 1000UL);
    load->seed = (uint64_t)clock_now();
    units_init(load);
    load->sequences = calloc(load->options.users, sizeof *load->sequences);
    timers_init(&load->timers, (int64_t)(load->options.limit * 1e9));
    open_endpoints(load);
    compile_templates(load);

    const struct options *options = &load->options;
    if (options->sets_up && (options->item == ITEM_LOCATED || options->item == ITEM_FORK)) set_up(load);
    if (options->synchronises) {
        char line[16];
        puts("ready");
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL) return 1;
    }
    load->statistics = (struct statistics){0};
    load->network.sent = load->network.received = 0;
    double used = processor_seconds();
    int64_t began = clock_now();
    run_phase(load, options->item, options->rate, options->window, options->seconds, options->count);
    report_print(load, began, processor_seconds() - used);
    return 0;
}
