// Lua's patterns with a step counter, see pattern.c.
#ifndef MOON_PATTERN_H
#define MOON_PATTERN_H

#include "internal.h"

#define MOON_CAPTURES 32
#define MOON_CAPTURE_UNFINISHED (-1)
#define MOON_CAPTURE_POSITION (-2)

typedef struct {
    lua_State *L;
    const char *source;
    const char *source_end;
    const char *pattern_end;
    int64_t steps;
    int depth;
    int level;
    struct { const char *start; ptrdiff_t length; } captures[MOON_CAPTURES];
} moon_matcher;

void moon_matcher_begin(moon_matcher *m, lua_State *L, const char *source, size_t length, const char *pattern,
                        size_t pattern_length);
// Matches at `s` exactly: the end of the match, or NULL.
const char *moon_match(moon_matcher *m, const char *s, const char *pattern);
// Charges the steps since the last time.
void moon_matcher_charge(moon_matcher *m);
// Pushes capture `index`; with no captures, 0 is the whole match.
void moon_push_capture(moon_matcher *m, int index, const char *start, const char *end);
int moon_push_captures(moon_matcher *m, const char *start, const char *end);

#endif
