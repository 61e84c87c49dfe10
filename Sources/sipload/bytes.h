// Spans of received bytes and an appending writer with a fixed capacity.
#ifndef SIPLOAD_BYTES_H
#define SIPLOAD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Bytes that somebody else owns; `data` is NULL when the thing is absent.
struct span {
    const char *data;
    size_t length;
};

/// A span of a string literal.
#define LITERAL(text) ((struct span){(text), sizeof(text) - 1})

/// Appends to memory of the caller's. Past the capacity nothing is written and `overflow` says so.
struct writer {
    char *data;
    size_t length;
    size_t capacity;
    bool overflow;
};

static inline struct span span_between(const char *begin, const char *end) {
    return (struct span){begin, (size_t)(end - begin)};
}

static inline bool span_equal(struct span a, struct span b) {
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static inline void write_span(struct writer *writer, struct span span) {
    if (span.length > writer->capacity - writer->length) {
        writer->overflow = true;
        return;
    }
    memcpy(writer->data + writer->length, span.data, span.length);
    writer->length += span.length;
}

/// Where `needle` begins in `span`, or NULL.
const char *span_find(struct span span, struct span needle);
/// The span without blanks at both ends.
struct span span_trimmed(struct span span);
/// Lower-case hexadecimal, exactly `digits` wide.
void put_hexadecimal(char *to, uint64_t value, int digits);
/// Decimal with leading zeros, exactly `digits` wide.
void put_decimal(char *to, uint64_t value, int digits);
/// Reads `digits` hexadecimal digits; false when a character is none.
bool get_hexadecimal(const char *from, int digits, uint64_t *value);
void write_text(struct writer *writer, const char *text);
void write_number(struct writer *writer, uint64_t value);
void write_hexadecimal(struct writer *writer, uint64_t value, int digits);

#endif
