/* A file is made aside, under a name beside its own, and takes its place when it is whole. A program that is killed
 * meanwhile leaves it there, with all that was written: the next one that makes the same file removes it. */
#ifndef BIP_BASE_ASIDE_H
#define BIP_BASE_ASIDE_H

#include <stdbool.h>
#include <stddef.h>

char *bip__aside(const char *path); /* "PATH.tmp-" and 16 hexadecimal digits of chance; to be freed; NULL: no memory */
bool bip__is_aside(const char *name, const char *of); /* is it such a name for the file `of`? */

#endif
