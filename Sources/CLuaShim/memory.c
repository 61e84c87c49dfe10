// The allocator: counts what a state uses, refuses past a handler's limit, and serves small blocks from lists of its
// own. A state is used by one thread at a time but moves between threads, which is what malloc is slowest at.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE (16 * 1024)
// Work that comes with memory (copying, clearing) is charged: one instruction for this many bytes of a large block.
#define BYTES_PER_INSTRUCTION 64
#define LARGE_BLOCK 1024
// A handler whose live memory stays at the limit would collect at every step; it may be saved this often.
#define MOST_REFUSALS 4
// What a killed handler may still use to build its message.
#define LAST_WORDS (256 * 1024)

struct moon_free { struct moon_free *next; };
struct moon_chunk { struct moon_chunk *next; size_t pad; };

static inline size_t class_of(size_t size) { return (size - 1) / 16; }

static void *small_block(moon_state *S, size_t size) {
    size_t index = class_of(size);
    struct moon_free *block = S->free_blocks[index];
    if (block != NULL) {
        S->free_blocks[index] = block->next;
        return block;
    }
    struct moon_chunk *chunk = malloc(CHUNK_SIZE);
    if (chunk == NULL) return NULL;
    chunk->next = S->chunks;
    S->chunks = chunk;
    size_t step = (index + 1) * 16;
    char *start = (char *)(chunk + 1);
    size_t count = (CHUNK_SIZE - sizeof(*chunk)) / step;
    for (size_t i = 1; i < count; i++) {
        struct moon_free *next = (struct moon_free *)(start + i * step);
        next->next = S->free_blocks[index];
        S->free_blocks[index] = next;
    }
    return start;
}

static void release(moon_state *S, void *block, size_t size) {
    if (size > MOON_SMALL_BLOCK) {
        free(block);
        return;
    }
    struct moon_free *freed = block;
    freed->next = S->free_blocks[class_of(size)];
    S->free_blocks[class_of(size)] = freed;
}

// True when the handler may not grow by this much. The first refusal makes Lua collect and ask again; if that does not
// help the handler is killed, since a loop around pcall would otherwise go on refusing for minutes.
static bool refused(moon_state *S, size_t growth, size_t size) {
    if (!S->limited) return false;
    if (S->in_use + growth <= S->limit) return false;
    moon_thread *run = S->run;
    if (run == NULL) return false;
    if (run->killed) return S->in_use + growth > S->limit + LAST_WORDS;
    bool again = S->refused_size == size;
    S->refused_size = again ? 0 : size;
    if (!again && ++run->refusals < MOST_REFUSALS) return true;
    moon_kill(S, MOON_OUT_OF_MEMORY);
    return true;
}

static void charge_for_size(moon_state *S, size_t size) {
    if (size < LARGE_BLOCK || !S->limited || S->run == NULL) return;
    S->run->left.instructions -= (int64_t)(size / BYTES_PER_INSTRUCTION);
    if (S->run->left.instructions <= 0 && !S->run->killed) moon_kill(S, MOON_OUT_OF_INSTRUCTIONS);
}

static void *resized(moon_state *S, void *block, size_t old_size, size_t new_size) {
    bool was_small = old_size <= MOON_SMALL_BLOCK;
    bool is_small = new_size <= MOON_SMALL_BLOCK;
    if (!was_small && !is_small) return realloc(block, new_size);
    if (was_small && is_small && class_of(old_size) == class_of(new_size)) return block;
    void *moved = is_small ? small_block(S, new_size) : malloc(new_size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    release(S, block, old_size);
    return moved;
}

void *moon_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    moon_state *S = context;
    if (block == NULL) old_size = 0;  // for a new block it says what kind of object is made
    if (new_size == 0) {
        if (old_size != 0) release(S, block, old_size);
        S->in_use -= old_size;
        return NULL;
    }
    if (new_size > old_size) {
        if (refused(S, new_size - old_size, new_size)) return NULL;
        charge_for_size(S, new_size - old_size);
    }
    void *result;
    if (old_size != 0) {
        result = resized(S, block, old_size, new_size);
    } else {
        result = new_size <= MOON_SMALL_BLOCK ? small_block(S, new_size) : malloc(new_size);
    }
    if (result != NULL) S->in_use = S->in_use + new_size - old_size;
    return result;
}

void moon_free_chunks(moon_state *S) {
    struct moon_chunk *chunk = S->chunks;
    while (chunk != NULL) {
        struct moon_chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
    S->chunks = NULL;
}
