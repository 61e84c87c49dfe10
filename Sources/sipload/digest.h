// The client's side of Digest access authentication (RFC 3261 §22, RFC 2617).
#ifndef SIPLOAD_DIGEST_H
#define SIPLOAD_DIGEST_H

#include "bytes.h"

/// Writes a whole header line that answers `challenge` (the value of a WWW- or Proxy-Authenticate field) with MD5.
/// Returns false when the challenge is not one that MD5 can answer.
bool write_authorization(struct writer *writer, struct span name, struct span challenge, struct span method,
                         struct span uri, struct span user, struct span password, struct span client_nonce);

#endif
