// MD5 (RFC 1321), for the Digest answers of the registrations.
#ifndef SIPLOAD_MD5_H
#define SIPLOAD_MD5_H

#include "bytes.h"

/// The MD5 of the parts joined by colons, as 32 lower-case hexadecimal digits.
/// Digest (RFC 2617 §3.2.2) only ever hashes strings of that form. All parts together: at most 1000 bytes.
void md5_joined(char to[32], const struct span *parts, int count);

#endif
