#define _GNU_SOURCE
#include "digest.h"

#include "md5.h"

#include <strings.h>

/// The value of a parameter, without its quotes; absent when there is none.
static struct span parameter(struct span challenge, struct span name) {
    const char *end = challenge.data + challenge.length;
    for (const char *at = challenge.data; at + name.length < end; at++) {
        bool begins = at == challenge.data || at[-1] == ' ' || at[-1] == ',';
        if (!begins || at[name.length] != '=' || strncasecmp(at, name.data, name.length) != 0) continue;
        const char *value = at + name.length + 1;
        const char *stop = value;
        if (value < end && *value == '"') {
            value++;
            stop = memchr(value, '"', (size_t)(end - value));
            return stop == NULL ? (struct span){0} : span_between(value, stop);
        }
        while (stop < end && *stop != ',' && *stop != ' ') stop++;
        return span_between(value, stop);
    }
    return (struct span){0};
}

static void write_quoted(struct writer *writer, const char *name, struct span value) {
    write_text(writer, name);
    write_span(writer, LITERAL("=\""));
    write_span(writer, value);
    write_span(writer, LITERAL("\""));
}

bool write_authorization(struct writer *writer, struct span name, struct span challenge, struct span method,
                         struct span uri, struct span user, struct span password, struct span client_nonce) {
    struct span realm = parameter(challenge, LITERAL("realm")), nonce = parameter(challenge, LITERAL("nonce"));
    struct span algorithm = parameter(challenge, LITERAL("algorithm"));
    struct span opaque = parameter(challenge, LITERAL("opaque"));
    if (realm.data == NULL || nonce.data == NULL) return false;
    if (algorithm.data != NULL && (algorithm.length != 3 || strncasecmp(algorithm.data, "MD5", 3) != 0)) return false;
    struct span offered = parameter(challenge, LITERAL("qop"));
    bool protects = offered.data != NULL && span_find(offered, LITERAL("auth")) != NULL;

    char first[32], second[32], answer[32];
    struct span ha1 = {first, 32}, ha2 = {second, 32}, count = LITERAL("00000001"), quality = LITERAL("auth");
    md5_joined(first, (struct span[]){user, realm, password}, 3);
    md5_joined(second, (struct span[]){method, uri}, 2);
    if (protects) md5_joined(answer, (struct span[]){ha1, nonce, count, client_nonce, quality, ha2}, 6);
    else md5_joined(answer, (struct span[]){ha1, nonce, ha2}, 3);

    write_span(writer, name);
    write_quoted(writer, ": Digest username", user);
    write_quoted(writer, ", realm", realm);
    write_quoted(writer, ", nonce", nonce);
    write_quoted(writer, ", uri", uri);
    write_quoted(writer, ", response", (struct span){answer, 32});
    write_text(writer, ", algorithm=MD5");
    if (protects) {
        write_quoted(writer, ", cnonce", client_nonce);
        write_text(writer, ", qop=auth, nc=00000001");
    }
    if (opaque.data != NULL) write_quoted(writer, ", opaque", opaque);
    write_span(writer, LITERAL("\r\n"));
    return true;
}
