/* POSIX: the only file that is compiled with its functions in sight, but for program_posix.c. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE /* madvise() */
#include "base/platform.h"

#include "base/alloc.h"
#include "base/aside.h"
#include "base/date.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <dirent.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
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

#ifdef MADV_HUGEPAGE
void *bip__memory_large(size_t n)
{
    void *p;

    if (posix_memalign(&p, BIP__LARGE, n) != 0)
        return NULL;
    const int error = errno;
    (void)madvise(p, n, MADV_HUGEPAGE); /* a wish: small ones do as well */
    errno = error;
    return p;
}
#else
void *bip__memory_large(size_t n)
{
    return malloc(n);
}
#endif

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

int bip__sleep_ms(int ms)
{
    struct timespec length = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&length, NULL); /* a signal may end it early: the host wants its thread back */
    return ms;
}

static bip__path_kind kind_unseen(int error)
{
    if (error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG)
        return BIP__PATH_NONE;
    return error == EACCES ? BIP__PATH_BARRED : BIP__PATH_OTHER; /* a loop of links, say */
}

bip__path_kind bip__path_look(const char *path, int64_t *size)
{
    struct stat info;

    if (size)
        *size = 0;
    if (stat(path, &info) != 0)
        return kind_unseen(errno);
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

/* statfs(2) lists these numbers; not all of them stand in a header. 9P is left out: containers and virtual machines
 * have their local disks by it. */
const char *bip__network_name(uint32_t magic)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } kinds[] = {{0x6969, "NFS"},      {0x517B, "SMB"},       {0xFF534D42, "CIFS"},   {0xFE534D42, "SMB"},
                 {0x5346414F, "AFS"},  {0x6B414653, "AFS"},   {0x564C, "NCP"},        {0x00C36400, "Ceph"},
                 {0x73757245, "Coda"}, {0x7461636F, "OCFS2"}, {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (magic == kinds[i].magic)
            return kinds[i].name;
    return NULL;
}

/* What a file system in user space is for, only its mount tells: "... MAJOR:MINOR ... - TYPE SOURCE OPTIONS". A disk of
 * this computer may be one too (NTFS). */
const char *bip__fuse_network(const char *mount, unsigned major_n, unsigned minor_n)
{
    static const char *const kinds[] = {
        "sshfs",     "s3fs",    "rclone", "glusterfs", "gvfsd-fuse", "curlftpfs", "davfs",    "cephfs",
        "ceph-fuse", "gcsfuse", "goofys", "juicefs",   "moosefs",    "mfs",       "smbnetfs", "google-drive-ocamlfuse"};
    const char *type = strstr(mount, " - fuse.");
    unsigned found_major, found_minor;
    size_t n;

    /* NOLINTNEXTLINE(cert-err34-c): the kernel's own line */
    if (!type || sscanf(mount, "%*d %*d %u:%u", &found_major, &found_minor) != 2 || found_major != major_n ||
        found_minor != minor_n)
        return NULL;
    type += strlen(" - fuse.");
    n = strcspn(type, " ");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i]) == n && memcmp(kinds[i], type, n) == 0)
            return kinds[i];
    return NULL;
}

#ifdef __linux__
#define FUSE 0x65735546u

static const char *fuse_of(const char *path)
{
    char line[PATH_MAX];
    const char *name = NULL;
    struct stat info;
    FILE *mounts;

    if (stat(path, &info) != 0 || !(mounts = fopen("/proc/self/mountinfo", "re")))
        return NULL;
    while (!name && fgets(line, sizeof line, mounts))
        name = bip__fuse_network(line, major(info.st_dev), minor(info.st_dev));
    fclose(mounts);
    return name;
}

static const char *network_of(const char *path)
{
    struct statfs info;

    if (statfs(path, &info) != 0)
        return NULL;
    return (uint32_t)info.f_type == FUSE ? fuse_of(path) : bip__network_name((uint32_t)info.f_type);
}
#else
static const char *network_of(const char *path)
{
    (void)path;
    return NULL;
}
#endif

const char *bip__path_network(const char *path)
{
    char folder[PATH_MAX];

    return folder_of(path, folder) ? network_of(folder) : NULL;
}

char *bip__path_real(const char *path)
{
    char *real = realpath(path, NULL), *copy = bip__strdup(real ? real : path);

    free(real); /* NOLINT: realpath() took it from malloc() */
    return copy;
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

int bip__path_replace(const char *path, const char *by)
{
    return rename(by, path) == 0 ? 0 : errno;
}

/* Where there are no hard links an empty file takes the name first: a kill in between leaves that. */
static int name_in_two_steps(const char *path, const char *by)
{
    int error = bip__file_create_private(path);

    if (error)
        return error;
    if ((error = bip__path_replace(path, by)) != 0)
        bip__path_remove(path);
    return error;
}

int bip__path_name(const char *path, const char *by)
{
    if (link(by, path) != 0)
        return errno == EEXIST ? EEXIST : name_in_two_steps(path, by);
    unlink(by);
    return 0;
}

#ifdef __linux__ /* where flock() and the locks that SQLite takes don't see one another */
int bip__file_hold(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void remove_abandoned(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    int hold = n > 0 && (size_t)n < sizeof path ? bip__file_hold(path) : -1;

    if (hold >= 0)
        unlink(path);
    bip__file_let_go(hold);
}

void bip__path_sweep(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    DIR *list = folder_of(path, folder) ? opendir(folder) : NULL;

    if (!list)
        return;
    for (struct dirent *each; (each = readdir(list)) != NULL;)
        if (bip__is_aside(each->d_name, name))
            remove_abandoned(folder, each->d_name);
    closedir(list);
}
#else
int bip__file_hold(const char *path)
{
    (void)path;
    return -1;
}

void bip__path_sweep(const char *path)
{
    (void)path;
}
#endif

void bip__file_let_go(int hold)
{
    if (hold >= 0)
        close(hold);
}

int bip__folder_create_private(const char *path)
{
    if (mkdir(path, 0700) == 0)
        return 0;
    return errno == EEXIST && bip__path_look(path, NULL) == BIP__PATH_DIR ? 0 : errno;
}

int bip__file_create_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno;
    return close(fd) == 0 ? 0 : errno;
}

FILE *bip__file_open(const char *path, const char *mode)
{
    return fopen(path, mode);
}

FILE *bip__file_temporary(void)
{
    return tmpfile();
}

int bip__file_seek(FILE *file, int64_t to)
{
    return fseeko(file, (off_t)to, SEEK_SET);
}

/* Linux does so where it is told that the pages won't be needed again. */
void bip__file_start_writing(FILE *file, int64_t from, int64_t until)
{
    const int error = errno;
    posix_fadvise(fileno(file), (off_t)from, (off_t)(until - from), POSIX_FADV_DONTNEED);
    errno = error;
}

bool bip__disk_full(int system_error)
{
    return system_error == ENOSPC;
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

bip_status bip__environment(const char *name, char **out)
{
    const char *value = getenv(name);

    *out = value && *value ? bip__strdup(value) : NULL;
    return *out || !value || !*value ? BIP_OK : BIP_E_NOMEM;
}

/* The first that is set decides, as for the C library. */
void bip__user_locale(char *into, size_t n)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *value = NULL;

    for (size_t i = 0; i < sizeof variables / sizeof *variables && !(value && *value); i++)
        value = getenv(variables[i]);
    snprintf(into, n, "%s", value ? value : "");
}
