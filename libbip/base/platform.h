/* The only calls of POSIX or Windows in the library and the program. */
#ifndef BIP_BASE_PLATFORM_H
#define BIP_BASE_PLATFORM_H

#include "bip.h"

#include <stdbool.h>

int64_t bip__now_ms(void);               /* the system clock */
bip_date bip__local_day(int64_t now_ms); /* the local calendar's day of an instant */
int bip__random(void *into, size_t n);   /* 0: filled */
void bip__sleep_ms(int ms);

typedef enum bip__path_kind { BIP__PATH_NONE, BIP__PATH_FILE, BIP__PATH_DIR, BIP__PATH_OTHER } bip__path_kind;
bip__path_kind bip__path_look(const char *path, int64_t *size);
bool bip__path_writable(const char *path);   /* the file, or the folder it would stand in */
bool bip__folder_writable(const char *path); /* the folder that holds path */
/* The network file system that holds the path's folder, as it is called; NULL: a local one, or not to be told. */
const char *bip__path_network(const char *path);
const char *bip__network_name(uint32_t magic); /* of statfs(2); NULL: a local one */
/* By a line of /proc/self/mountinfo, if it is about that device; NULL: another, or local. */
const char *bip__fuse_network(const char *mount, unsigned major_n, unsigned minor_n);
bool bip__path_remove(const char *path); /* true: no file stands there any more; never removes a folder */
bool bip__path_sync(const char *path);   /* the file and the folder it stands in are on the disk */

/* Make path anew for this user only, never over an existing file or through a link: 0, or the system's error number. */
/* A folder that only its owner may read; one that is there already is left as it is. 0, or errno. */
int bip__folder_create_private(const char *path);
int bip__file_create_private(const char *path);

bool bip__stderr_is_terminal(void);
const char *bip__login_name(char *into, size_t n); /* of the user who runs the program; NULL where unknown */

#endif
