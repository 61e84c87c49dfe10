// Counts of durations with a resolution of 1.6 %, so that percentiles need no list of samples.
#ifndef SIPLOAD_HISTOGRAM_H
#define SIPLOAD_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEPS = 64, HISTOGRAM_OCTAVES = 36 };

struct histogram {
    uint64_t buckets[HISTOGRAM_OCTAVES * HISTOGRAM_STEPS];
    uint64_t count;
    int64_t maximum;  ///< exact, in nanoseconds
    double sum;       ///< in nanoseconds
};

void histogram_add(struct histogram *histogram, int64_t nanoseconds);
/// The duration in nanoseconds that `share` (0…1) of the samples do not exceed; 0 without samples.
int64_t histogram_quantile(const struct histogram *histogram, double share);

#endif
