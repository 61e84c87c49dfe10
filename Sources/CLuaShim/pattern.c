// Lua 5.4's pattern matching with a count of its steps, since a pattern can backtrack for hours inside one call.
//
// The algorithm and its messages are those of lstrlib.c of Lua 5.4, so that patterns mean exactly the same:
// Copyright (C) 1994-2022 Lua.org, PUC-Rio, MIT licence (https://www.lua.org/license.html).
#include "pattern.h"

#include <ctype.h>
#include <string.h>

#define MOST_DEPTH 200
#define STEPS_PER_CHARGE 1024
#define ESCAPE '%'

static inline int byte_at(const char *p) { return (unsigned char)*p; }

void moon_matcher_begin(moon_matcher *m, lua_State *L, const char *source, size_t length, const char *pattern,
                        size_t pattern_length) {
    m->L = L;
    m->source = source;
    m->source_end = source + length;
    m->pattern_end = pattern + pattern_length;
    m->steps = 0;
    m->depth = 0;
    m->level = 0;
}

void moon_matcher_charge(moon_matcher *m) {
    int64_t steps = m->steps;
    m->steps = 0;
    if (steps > 0) moon_charge(m->L, steps);
}

static inline void step(moon_matcher *m) {
    if (++m->steps >= STEPS_PER_CHARGE) moon_matcher_charge(m);
}

static int check_capture(moon_matcher *m, int digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->level || m->captures[index].length == MOON_CAPTURE_UNFINISHED)
        return luaL_error(m->L, "invalid capture index %%%d", index + 1);
    return index;
}

static int capture_to_close(moon_matcher *m) {
    for (int level = m->level - 1; level >= 0; level--)
        if (m->captures[level].length == MOON_CAPTURE_UNFINISHED) return level;
    return luaL_error(m->L, "invalid pattern capture");
}

// The end of the single-character class that begins at `p`.
static const char *class_end(moon_matcher *m, const char *p) {
    switch (*p++) {
    case ESCAPE:
        if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    case '[':
        if (*p == '^') p++;
        do {
            if (p == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
            if (*p++ == ESCAPE && p < m->pattern_end) p++;
        } while (*p != ']');
        return p + 1;
    default:
        return p;
    }
}

static bool in_named_class(int c, int name) {
    bool result;
    switch (tolower(name)) {
    case 'a': result = isalpha(c); break;
    case 'c': result = iscntrl(c); break;
    case 'd': result = isdigit(c); break;
    case 'g': result = isgraph(c); break;
    case 'l': result = islower(c); break;
    case 'p': result = ispunct(c); break;
    case 's': result = isspace(c); break;
    case 'u': result = isupper(c); break;
    case 'w': result = isalnum(c); break;
    case 'x': result = isxdigit(c); break;
    case 'z': result = c == 0; break;
    default: return name == c;
    }
    return isupper(name) ? !result : result;
}

// `p` is at '[', `end` at its ']'.
static bool in_set(moon_matcher *m, int c, const char *p, const char *end) {
    bool wanted = true;
    if (p[1] == '^') {
        wanted = false;
        p++;
    }
    while (++p < end) {
        m->steps++;
        if (*p == ESCAPE) {
            p++;
            if (in_named_class(c, byte_at(p))) return wanted;
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            if (byte_at(p - 2) <= c && c <= byte_at(p)) return wanted;
        } else if (byte_at(p) == c) {
            return wanted;
        }
    }
    return !wanted;
}

static bool matches_one(moon_matcher *m, const char *s, const char *p, const char *end) {
    if (s >= m->source_end) return false;
    step(m);
    int c = byte_at(s);
    switch (*p) {
    case '.': return true;
    case ESCAPE: return in_named_class(c, byte_at(p + 1));
    case '[': return in_set(m, c, p, end - 1);
    default: return byte_at(p) == c;
    }
}

static const char *match_balance(moon_matcher *m, const char *s, const char *p) {
    if (p >= m->pattern_end - 1) luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->source_end || *s != *p) return NULL;
    int open = *p, close = *(p + 1), count = 1;
    while (++s < m->source_end) {
        step(m);
        if (*s == close) {
            if (--count == 0) return s + 1;
        } else if (*s == open) {
            count++;
        }
    }
    return NULL;
}

static const char *expand_most(moon_matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (matches_one(m, s + count, p, end)) count++;
    while (count >= 0) {
        const char *result = moon_match(m, s + count, end + 1);
        if (result != NULL) return result;
        count--;
    }
    return NULL;
}

static const char *expand_least(moon_matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = moon_match(m, s, end + 1);
        if (result != NULL) return result;
        if (!matches_one(m, s, p, end)) return NULL;
        s++;
    }
}

static const char *start_capture(moon_matcher *m, const char *s, const char *p, int kind) {
    if (m->level >= MOON_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].length = kind;
    m->level++;
    const char *result = moon_match(m, s, p);
    if (result == NULL) m->level--;
    return result;
}

static const char *end_capture(moon_matcher *m, const char *s, const char *p) {
    int level = capture_to_close(m);
    m->captures[level].length = s - m->captures[level].start;
    const char *result = moon_match(m, s, p);
    if (result == NULL) m->captures[level].length = MOON_CAPTURE_UNFINISHED;
    return result;
}

static const char *match_back_reference(moon_matcher *m, const char *s, int digit) {
    int index = check_capture(m, digit);
    size_t length = (size_t)m->captures[index].length;
    if ((size_t)(m->source_end - s) < length) return NULL;  // always so for a position capture
    m->steps += (int64_t)(length / 16);
    return memcmp(m->captures[index].start, s, length) == 0 ? s + length : NULL;
}

// %f[set]: the border between what is outside of the set and what is in it.
static bool at_frontier(moon_matcher *m, const char *s, const char *p, const char *end) {
    int before = s == m->source ? '\0' : byte_at(s - 1);
    int here = s < m->source_end ? byte_at(s) : '\0';
    return !in_set(m, before, p, end - 1) && in_set(m, here, p, end - 1);
}

// A class with its suffix. Returns false when `*s` and `*p` say where to go on, true with the result in `*s`.
static bool match_repeated(moon_matcher *m, const char **s, const char **p) {
    const char *end = class_end(m, *p);
    bool here = matches_one(m, *s, *p, end);
    char suffix = end < m->pattern_end ? *end : '\0';
    if (!here && (suffix == '*' || suffix == '-')) {
        *p = end + 1;
        return false;
    }
    if (suffix == '*' || suffix == '-' || suffix == '+') {
        if (suffix == '+') *s = here ? expand_most(m, *s + 1, *p, end) : NULL;
        else *s = suffix == '*' ? expand_most(m, *s, *p, end) : expand_least(m, *s, *p, end);
        return true;
    }
    if (suffix == '?') {
        const char *result = here ? moon_match(m, *s + 1, end + 1) : NULL;
        if (result != NULL) {
            *s = result;
            return true;
        }
        *p = end + 1;
        return false;
    }
    if (!here) {
        *s = NULL;
        return true;
    }
    *s += 1;
    *p = end;
    return false;
}

// %b, %f and back references. Returns 0 when it is none of them, 1 when `*s` and `*p` say where to go on, 2 for a
// failure.
static int match_escape(moon_matcher *m, const char **s, const char **p) {
    int kind = *p + 1 < m->pattern_end ? byte_at(*p + 1) : 0;
    if (kind == 'b') {
        *s = match_balance(m, *s, *p + 2);
        *p += 4;
        return *s != NULL ? 1 : 2;
    }
    if (kind == 'f') {
        *p += 2;
        if (*p >= m->pattern_end || **p != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
        const char *end = class_end(m, *p);
        if (!at_frontier(m, *s, *p, end)) return 2;
        *p = end;
        return 1;
    }
    if (kind >= '0' && kind <= '9') {
        *s = match_back_reference(m, *s, kind);
        *p += 2;
        return *s != NULL ? 1 : 2;
    }
    return 0;
}

const char *moon_match(moon_matcher *m, const char *s, const char *p) {
    if (++m->depth > MOST_DEPTH) luaL_error(m->L, "pattern too complex");
    const char *result = s;
    while (p != m->pattern_end) {
        step(m);
        if (*p == '(') {
            bool position = p + 1 < m->pattern_end && p[1] == ')';
            result = start_capture(m, s, p + (position ? 2 : 1),
                                   position ? MOON_CAPTURE_POSITION : MOON_CAPTURE_UNFINISHED);
            break;
        }
        if (*p == ')') {
            result = end_capture(m, s, p + 1);
            break;
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            result = s == m->source_end ? s : NULL;
            break;
        }
        int escape = *p == ESCAPE ? match_escape(m, &s, &p) : 0;
        result = escape == 2 ? NULL : s;
        if (escape == 2) break;
        if (escape == 1) continue;
        bool over = match_repeated(m, &s, &p);
        result = s;
        if (over) break;
    }
    m->depth--;
    return result;
}

void moon_push_capture(moon_matcher *m, int index, const char *start, const char *end) {
    if (index >= m->level) {
        if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t length = m->captures[index].length;
    if (length == MOON_CAPTURE_UNFINISHED) luaL_error(m->L, "unfinished capture");
    if (length == MOON_CAPTURE_POSITION)
        lua_pushinteger(m->L, m->captures[index].start - m->source + 1);
    else
        lua_pushlstring(m->L, m->captures[index].start, (size_t)length);
}

int moon_push_captures(moon_matcher *m, const char *start, const char *end) {
    int count = m->level == 0 && start != NULL ? 1 : m->level;
    luaL_checkstack(m->L, count, "too many captures");
    for (int index = 0; index < count; index++) moon_push_capture(m, index, start, end);
    return count;
}
