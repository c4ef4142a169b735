/* What the library and the program ask of the system: no other file calls POSIX or Windows. platform_posix.c and
 * platform_windows.c hold the same functions, and the build chooses one. Names of files are UTF-8 on both. */
#ifndef BIP_BASE_PLATFORM_H
#define BIP_BASE_PLATFORM_H

#include "bip.h"

#include <stdbool.h>
#include <stdio.h>

int64_t bip__now_ms(void);               /* the system clock */
bip_date bip__local_day(int64_t now_ms); /* the local calendar's day of an instant */
int bip__random(void *into, size_t n);   /* 0: filled */
/* As malloc(), from BIP__LARGE on, for what is looked at in no order: on large pages where the system has them, since
 * finding a page takes longer than reading it. free() takes it. */
#define BIP__LARGE ((size_t)2 << 20)
void *bip__memory_large(size_t n);
/* How long it took, for who waits in many short sleeps: the system may know none as short as is asked for. */
int bip__sleep_ms(int ms);

typedef enum bip__path_kind {
    BIP__PATH_NONE,
    BIP__PATH_FILE,
    BIP__PATH_DIR,
    BIP__PATH_OTHER,
    BIP__PATH_BARRED /* no right to look: something may well be there */
} bip__path_kind;
bip__path_kind bip__path_look(const char *path, int64_t *size);
/* The network file system that holds the path's folder, as it is called; NULL: a local one, or not to be told. */
const char *bip__path_network(const char *path);
char *bip__path_real(const char *path);  /* links followed, where there are any; to be freed; NULL: out of memory */
bool bip__path_remove(const char *path); /* true: no file stands there any more; never removes a folder */
bool bip__path_sync(const char *path);   /* the file and the folder it stands in are on the disk */
/* In one step, whether something stands there already or not. 0, or errno. */
int bip__path_replace(const char *path, const char *by);
/* The file `by` gets the name path, only where nothing stands there: 0, or errno. */
int bip__path_name(const char *path, const char *by);
/* For as long as a file is being made: bip__path_sweep() leaves it. Below 0 where that can't be. */
int bip__file_hold(const char *path);
void bip__file_let_go(int hold);
/* Remove what was made aside for path (aside.h) and nobody holds. Where holding can't be told, nothing is removed. */
void bip__path_sweep(const char *path);

/* A folder that only its owner may read; one that is there already is left as it is. 0, or errno. */
int bip__folder_create_private(const char *path);
/* Make path anew for this user only, never over an existing file or through a link: 0, or errno. */
int bip__file_create_private(const char *path);
FILE *bip__file_open(const char *path, const char *mode); /* as fopen() does */
FILE *bip__file_temporary(void);            /* to write and read; without a name, gone when it is closed */
int bip__file_seek(FILE *file, int64_t to); /* from the beginning; 0: done */
/* What was written there starts on its way to the disk, and nobody waits: a hint, so that bip__path_sync() finds little
 * left to wait for. */
void bip__file_start_writing(FILE *file, int64_t from, int64_t until);
bool bip__disk_full(int system_error); /* by the system's own number of an error */

bool bip__stderr_is_terminal(void);                /* one that obeys escape sequences */
const char *bip__login_name(char *into, size_t n); /* of the user who runs the program; NULL where unknown */
/* The value of a variable, to be freed; NULL where it isn't set or empty. BIP_E_NOMEM only. */
bip_status bip__environment(const char *name, char **out);
/* Of the user, "sv_SE.UTF-8" or "sv-SE": the language comes first. Cut to fit; "" where nothing is known. */
void bip__user_locale(char *into, size_t n);

#ifndef _WIN32
const char *bip__network_name(uint32_t magic); /* of statfs(2); NULL: a local one */
/* By a line of /proc/self/mountinfo, if it is about that device; NULL: another, or local. */
const char *bip__fuse_network(const char *mount, unsigned major_n, unsigned minor_n);
#endif

#endif
