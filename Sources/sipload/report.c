#include "load.h"

#include <stdio.h>

static void print_durations(const char *name, const struct histogram *histogram) {
    double mean = histogram->count == 0 ? 0 : histogram->sum / (double)histogram->count;
    printf("  \"%s\": {\"mean\": %.1f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"max\": %.1f},\n",
           name, mean / 1e3, (double)histogram_quantile(histogram, 0.5) / 1e3,
           (double)histogram_quantile(histogram, 0.9) / 1e3, (double)histogram_quantile(histogram, 0.99) / 1e3,
           (double)histogram->maximum / 1e3);
}

static void print_failures(const struct statistics *statistics) {
    printf("  \"failures\": {\"timeout\": %llu, \"challenge\": %llu, \"malformed\": %llu",
           (unsigned long long)statistics->timed_out, (unsigned long long)statistics->unanswerable,
           (unsigned long long)statistics->malformed);
    for (int status = 0; status < STATUS_LIMIT; status++) {
        if (statistics->failed_with[status] == 0) continue;
        printf(", \"%d\": %llu", status, (unsigned long long)statistics->failed_with[status]);
    }
    printf("},\n");
}

static void print_count(const char *name, uint64_t value) {
    printf("  \"%s\": %llu,\n", name, (unsigned long long)value);
}

void report_print(const struct load *load, int64_t began, double processor_seconds) {
    const struct statistics *statistics = &load->statistics;
    double elapsed = (double)(load->ended - began) / 1e9;
    printf("{\n  \"item\": \"%s\",\n  \"transport\": \"%s\",\n", load->options.item_name,
           load->options.is_stream ? "tcp" : "udp");
    printf("  \"rate_wanted\": %.1f,\n  \"window\": %d,\n", load->options.rate,
           load->options.rate > 0 ? 0 : load->options.window);
    printf("  \"elapsed_s\": %.6f,\n  \"rate\": %.1f,\n", elapsed,
           elapsed > 0 ? (double)statistics->completed / elapsed : 0);
    print_count("started", statistics->started);
    print_count("completed", statistics->completed);
    print_count("failed", statistics->failed);
    print_failures(statistics);
    print_count("not_started", statistics->not_started);
    print_count("requests_repeated", statistics->requests_repeated);
    print_count("acks_repeated", statistics->acks_repeated);
    print_count("finals_repeated", statistics->finals_repeated);
    print_count("requests_received_again", statistics->requests_again);
    print_count("responses_received_again", statistics->responses_again);
    print_count("strays", statistics->strays);
    print_count("unreadable", statistics->unreadable);
    print_count("rings_lost", statistics->rings_lost);
    print_count("messages_sent", load->network.sent);
    print_count("messages_received", load->network.received);
    print_count("connections_lost", load->network.connections_lost);
    print_durations("setup_us", &statistics->setup);
    print_durations("whole_us", &statistics->whole);
    printf("  \"late_us\": %.1f,\n", (double)statistics->late / 1e3);
    printf("  \"generator_cpu_us_per_unit\": %.2f\n}\n",
           statistics->started == 0 ? 0 : processor_seconds * 1e6 / (double)statistics->started);
}
