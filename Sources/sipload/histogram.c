#include "histogram.h"

/// Below 64 each value has its bucket; above, each power of two is divided into 64 steps.
static int bucket_of(uint64_t value) {
    if (value < HISTOGRAM_STEPS) return (int)value;
    int octave = 63 - __builtin_clzll(value) - 5;
    if (octave >= HISTOGRAM_OCTAVES) return HISTOGRAM_OCTAVES * HISTOGRAM_STEPS - 1;
    return octave * HISTOGRAM_STEPS + (int)(value >> octave) - HISTOGRAM_STEPS / 2;
}

static int64_t middle_of(int bucket) {
    int octave = bucket / HISTOGRAM_STEPS, step = bucket % HISTOGRAM_STEPS;
    if (octave == 0) return step;
    return ((int64_t)(step + HISTOGRAM_STEPS / 2) << octave) + ((int64_t)1 << octave) / 2;
}

void histogram_add(struct histogram *histogram, int64_t nanoseconds) {
    if (nanoseconds < 0) nanoseconds = 0;
    histogram->buckets[bucket_of((uint64_t)nanoseconds)]++;
    histogram->count++;
    histogram->sum += (double)nanoseconds;
    if (nanoseconds > histogram->maximum) histogram->maximum = nanoseconds;
}

int64_t histogram_quantile(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)(share * (double)histogram->count), seen = 0;
    for (int i = 0; i < HISTOGRAM_OCTAVES * HISTOGRAM_STEPS; i++) {
        seen += histogram->buckets[i];
        if (seen > wanted) return middle_of(i) < histogram->maximum ? middle_of(i) : histogram->maximum;
    }
    return histogram->maximum;
}
