/* POSIX. Windows would be a second file with the same functions, chosen by the build. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700 /* realpath() */
#endif
#include "base/platform.h"

#include "base/date.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/random.h>
#endif

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

int64_t bip__now_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bip_date bip__local_day(int64_t now_ms)
{
    int64_t seconds = now_ms / 1000 - (now_ms % 1000 < 0), days = seconds / 86400 - (seconds % 86400 < 0);
    time_t instant = (time_t)seconds;
    struct tm local;

    /* A clock this far off is the caller's mistake; what follows refuses the date, and nothing may overflow here. */
    if (days < INT32_MIN / 2 || days > INT32_MAX / 2)
        return days < 0 ? INT32_MIN / 2 : INT32_MAX / 2;
    if (!localtime_r(&instant, &local))
        return (bip_date)days;
    return bip__date_from(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

#ifdef __linux__ /* works in a chroot without /dev, and with no descriptor left */
int bip__random(void *into, size_t n)
{
    unsigned char *p = into;

    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);

        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
    return 0;
}
#else
int bip__random(void *into, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    unsigned char *p = into;

    while (fd >= 0 && n > 0) {
        ssize_t got = read(fd, p, n);

        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        if (got > 0) {
            p += got;
            n -= (size_t)got;
        }
    }
    if (fd < 0)
        return -1;
    close(fd);
    return n == 0 ? 0 : -1;
}
#endif

void bip__sleep_ms(int ms)
{
    struct timespec length = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&length, NULL); /* a signal may end it early: the host wants its thread back */
}

bip__path_kind bip__path_look(const char *path, int64_t *size)
{
    struct stat info;

    if (size)
        *size = 0;
    if (stat(path, &info) != 0) /* what can't be looked at may well be there */
        return errno == ENOENT || errno == ENOTDIR ? BIP__PATH_NONE : BIP__PATH_OTHER;
    if (size)
        *size = (int64_t)info.st_size;
    return S_ISREG(info.st_mode) ? BIP__PATH_FILE : S_ISDIR(info.st_mode) ? BIP__PATH_DIR : BIP__PATH_OTHER;
}

/* The folder path stands in, links followed as SQLite follows them: its journals stand beside the real file. */
static bool folder_of(const char *path, char folder[PATH_MAX])
{
    char real[PATH_MAX];
    const char *p = realpath(path, real) ? real : path;
    const char *slash = strrchr(p, '/');
    size_t n = !slash ? 0 : slash == p ? 1 : (size_t)(slash - p);

    if (n >= PATH_MAX)
        return false;
    memcpy(folder, n ? p : ".", n ? n : 1);
    folder[n ? n : 1] = '\0';
    return true;
}

static bool may_write(const char *path)
{
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

bool bip__folder_writable(const char *path)
{
    char folder[PATH_MAX];

    return folder_of(path, folder) && may_write(folder);
}

bool bip__path_writable(const char *path)
{
    return bip__path_look(path, NULL) == BIP__PATH_NONE ? bip__folder_writable(path) : may_write(path);
}

bool bip__path_remove(const char *path)
{
    return unlink(path) == 0 || errno == ENOENT;
}

static bool sync_one(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool done;

    if (fd < 0)
        return false;
    done = fsync(fd) == 0 || errno == EINVAL; /* EINVAL: a file system that has nothing to sync for a folder */
    close(fd);
    return done;
}

bool bip__path_sync(const char *path)
{
    char folder[PATH_MAX];

    return sync_one(path) && folder_of(path, folder) && sync_one(folder);
}

int bip__file_create_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno;
    return close(fd) == 0 ? 0 : errno;
}

bool bip__stderr_is_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

const char *bip__login_name(char *into, size_t n)
{
    char space[16384];
    struct passwd entry, *found = NULL;
    const char *name;
    size_t len;

    if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) == 0 && found)
        name = entry.pw_name;
    else if (!(name = getenv("LOGNAME")))
        name = getenv("USER");
    len = name ? strlen(name) : 0;
    if (len == 0 || len >= n) /* cut short it would be somebody else's */
        return NULL;
    memcpy(into, name, len + 1);
    return into;
}
