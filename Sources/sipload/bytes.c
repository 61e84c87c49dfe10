#define _GNU_SOURCE
#include "bytes.h"

const char *span_find(struct span span, struct span needle) {
    return memmem(span.data, span.length, needle.data, needle.length);
}

struct span span_trimmed(struct span span) {
    while (span.length > 0 && (*span.data == ' ' || *span.data == '\t')) {
        span.data++;
        span.length--;
    }
    while (span.length > 0 && strchr(" \t\r\n", span.data[span.length - 1]) != NULL) span.length--;
    return span;
}

void put_hexadecimal(char *to, uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

void put_decimal(char *to, uint64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10) to[i] = (char)('0' + value % 10);
}

bool get_hexadecimal(const char *from, int digits, uint64_t *value) {
    uint64_t sum = 0;
    for (int i = 0; i < digits; i++) {
        char c = from[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 32) - 'a') + 10;
        if (digit > 15) return false;
        sum = sum << 4 | digit;
    }
    *value = sum;
    return true;
}

void write_text(struct writer *writer, const char *text) {
    write_span(writer, (struct span){text, strlen(text)});
}

void write_number(struct writer *writer, uint64_t value) {
    char digits[20];
    int width = 1;
    for (uint64_t rest = value; rest >= 10; rest /= 10) width++;
    put_decimal(digits, value, width);
    write_span(writer, (struct span){digits, (size_t)width});
}

void write_hexadecimal(struct writer *writer, uint64_t value, int digits) {
    char text[16];
    put_hexadecimal(text, value, digits);
    write_span(writer, (struct span){text, (size_t)digits});
}
